using MetaGrains.Api.Hosting;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Tls;
using MetaGrains.Warehouse;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Api.Silo;

/// <summary>
/// The connection to the silos. It is made beside the API, in a host of its own that is started again until it stands:
/// one engine's client does not start without a silo, the other's waits for one, and the API serves without.
/// </summary>
internal sealed class SiloClient(ApiSettings settings, ILoggerFactory logs, TimeProvider clock, ILogger<SiloClient> logger) : BackgroundService
{
    /// <summary>Name of cluster and service; silos use the same.</summary>
    public const string ClusterName = "metagrains";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile IClusterClient? _client;

    /// <summary>The grains; while no silo has ever been reached it throws.</summary>
    /// <exception cref="SiloUnavailableException">There is no connection yet.</exception>
    public IGrainFactory Grains => _client ?? throw new SiloUnavailableException("No silo has been reached yet; nothing was run.");

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                SiloLog.NotConnected(logger, exception.Message);
                await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Once it stands, the engine's client makes new connections by itself.
    private async Task ConnectAsync(CancellationToken stoppingToken)
    {
        using var host = Build();
        await host.StartAsync(stoppingToken);
        _client = host.Services.GetRequiredService<IClusterClient>();
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new(ApiSettings.ClusterSecretKey, settings.ClusterSecret)]);
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(clock);
        builder.Services.AddGrainContracts();
        if (settings.Tls.IsOn)
        {
            var tls = new TlsConnections(settings.Tls, clock, logger);
            builder.Services.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(tls.Connect));
        }

        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterName, ClusterName))
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = SiloCalls.Deadline)
            .UseAdoNetClustering(options =>
                (options.Invariant, options.ConnectionString) = ("Npgsql", ConnectionString())));
        return builder.Build();
    }

    // It looks for silos and nothing else.
    private string ConnectionString()
    {
        var connection = DatabaseUrl.ForEngine(settings.DatabaseUrl);
        (connection.MaxPoolSize, connection.Timeout) = (2, (int)SiloCalls.Deadline.TotalSeconds);
        return connection.ConnectionString;
    }
}
