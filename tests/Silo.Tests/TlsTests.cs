using System.Net;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Testing;
using MetaGrains.Tls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace MetaGrains.Silo.Tests;

/// <summary>Silos and clients that speak TLS to each other, and to nobody else.</summary>
public sealed class TlsTests : IDisposable
{
    private const int Accounts = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TestAuthority _authority = new();

    public TlsTests() => Array.ForEach(["one", "two", "client"], name => _authority.Sign(name));

    [Fact]
    public async Task Two_silos_call_each_other_over_TLS()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        using var other = RunningSilo.Start(With(settings, _authority.Settings("two")), "--listen", "127.0.0.1:0");
        await other.ReadyAsync();
        using var own = SiloProcess.Build(SiloArguments.Parse(["--listen", "127.0.0.1:0"]), Configuration(With(settings, _authority.Settings("one"))));
        await own.StartAsync();
        var grains = own.Services.GetRequiredService<IGrainFactory>();

        await Eventually.TrueAsync(async () => await AskAllAsync(grains) && await SilosWithAccountsAsync(grains) == 2, "accounts of both silos answer one of them");

        await own.StopAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_client_asks_can_be_read_on_the_wire_only_without_TLS(bool encrypted)
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        var behind = IPAddress.Parse("127.0.0.2");
        await using var line = Line.InPlaceOf(behind);
        settings["MetaGrains__Silo__SiloPort"] = "0";
        using var silo = RunningSilo.Start(
            encrypted ? With(settings, _authority.Settings("one")) : settings, "--listen", $"{behind}:{line.Port}", "--advertise", $"127.0.0.1:{line.Port}");
        using var client = await ClientAsync(await GatewayAsync(silo), encrypted ? _authority.Settings("client") : null);

        Assert.Null(await client.Services.GetRequiredService<IGrainFactory>().AdAccount(Account(7)).GetStatusAsync());

        Assert.Equal(!encrypted, Encoding.UTF8.GetString(line.Heard()).Contains(Account(7).Account.ToString(), StringComparison.Ordinal));
        await client.StopAsync();
    }

    [Fact]
    public async Task A_silo_with_TLS_refuses_a_plain_client_and_one_of_another_authority_and_says_so()
    {
        using var foreign = new TestAuthority();
        foreign.Sign("stranger");
        var stranger = foreign.Settings("stranger");
        stranger["MetaGrains:Cluster:Tls:CaFile"] = _authority.CaFile;
        await using var database = await RunningSilo.DatabaseAsync();
        using var silo = RunningSilo.Start(With(RunningSilo.Settings(database.Url), _authority.Settings("one")), "--listen", "127.0.0.1:0");
        var gateway = await GatewayAsync(silo);

        await AssertNotAnsweredAsync(gateway, null);
        await AssertNotAnsweredAsync(gateway, stranger);

        silo.Terminate();
        var refused = (await silo.EndAsync()).Error.Split('\n').Where(line => line.Contains("was refused: ", StringComparison.Ordinal)).ToArray();
        Assert.Contains(refused, line => line.Contains("its certificate (CN=stranger) is not accepted by MetaGrains:Cluster:Tls:CaFile", StringComparison.Ordinal));
        Assert.Contains(refused, line => !line.Contains("CN=stranger", StringComparison.Ordinal));
        Assert.All(refused, line => Assert.Contains("All silos and their clients need TLS of the same authority (MetaGrains:Cluster:Tls)", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_without_TLS_does_not_join_silos_with_it_and_the_other_way_round(bool first)
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var plain = RunningSilo.Settings(database.Url);
        var encrypted = With(plain, _authority.Settings("one"));
        using var inside = RunningSilo.Start(first ? encrypted : plain, "--listen", "127.0.0.1:0");
        await inside.ReadyAsync();
        using var outside = RunningSilo.Start(first ? plain : encrypted, "--listen", "127.0.0.1:0");

        var (exitCode, error) = await outside.EndAsync();

        // Orleans may end it at once, when the others have voted it dead before it has given up.
        Assert.True(exitCode != ExitCode.Ok, error);
        inside.Terminate();
        Assert.Equal(ExitCode.Ok, (await inside.EndAsync()).ExitCode);
    }

    public void Dispose() => _authority.Dispose();

    private static AdAccountKey Account(int number) => new(new Core.Tenancy.TenantId(Guid.Parse("00000000-0000-0000-0000-000000000001")), AdAccountId.Parse($"act_77001122{number}"));

    private static Dictionary<string, string?> With(Dictionary<string, string?> variables, Dictionary<string, string?> settings)
    {
        var all = new Dictionary<string, string?>(variables, StringComparer.Ordinal);
        foreach (var (key, value) in settings)
            all[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return all;
    }

    private static IConfiguration Configuration(Dictionary<string, string?> variables) =>
        new ConfigurationBuilder().AddInMemoryCollection(variables.Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), pair.Value))).Build();

    private static async Task<bool> AskAllAsync(IGrainFactory grains)
    {
        await Task.WhenAll(Enumerable.Range(0, Accounts).Select(number => grains.AdAccount(Account(number)).GetStatusAsync()));
        return true;
    }

    private static async Task<int> SilosWithAccountsAsync(IGrainFactory grains)
    {
        var statistics = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return statistics.Where(one => one.GrainType.Contains("AdAccountGrain", StringComparison.Ordinal)).Select(one => one.SiloAddress).Distinct().Count();
    }

    private static async Task<IPEndPoint> GatewayAsync(RunningSilo silo) => IPEndPoint.Parse((await silo.ReadyAsync()).GetProperty("gateway").GetString()!);

    // Without a silo one engine's client tries on to start, and the other's answers nothing.
    private static async Task AssertNotAnsweredAsync(IPEndPoint gateway, Dictionary<string, string?>? settings)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var client = await ClientAsync(gateway, settings, patience.Token);
            await client.Services.GetRequiredService<IGrainFactory>().AdAccount(Account(1)).GetStatusAsync().WaitAsync(patience.Token);
        });
    }

    private static async Task<IHost> ClientAsync(IPEndPoint gateway, Dictionary<string, string?>? settings, CancellationToken cancellationToken = default)
    {
        var host = new HostBuilder()
            .UseOrleansClient(client =>
            {
                client
                    .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = EngineSetup.ClusterName)
                    .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(8))
                    .UseStaticClustering(gateway);
                if (settings is null)
                    return;
                var tls = new TlsConnections(Configuration(settings).GetSection(TlsOptions.Section).Get<TlsOptions>()!, TimeProvider.System, NullLogger.Instance);
                client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(tls.Connect));
            })
            .ConfigureServices(services => services.AddGrainContracts())
            .Build();
        await host.StartAsync(cancellationToken).WaitAsync(cancellationToken);
        return host;
    }
}
