using System.Text.Json;
using MetaGrains.GraphSimulator;
using MetaGrains.Silo.Database;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Silo.Hosting;

/// <summary>The process from its command line to its exit code.</summary>
internal static class SiloProcess
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var arguments = SiloArguments.Parse(args);
            return await RunAsync(arguments);
        }
        catch (Exception failure) when (Failures.Explain(failure) is { } refused)
        {
            await Console.Error.WriteLineAsync($"metagrains silo: {refused.Message.ReplaceLineEndings(" ")}");
            return refused.ExitCode;
        }
        catch (Exception defect)
        {
            await Console.Error.WriteLineAsync($"metagrains silo: {defect}");
            return ExitCode.Defect;
        }
    }

    /// <summary>The host, not started. It opens nothing yet.</summary>
    public static IHost Build(SiloArguments arguments, IConfiguration configuration)
    {
        var settings = SiloSettings.Read(configuration, arguments.Listen);
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Options.StopPatience);
        SiloLog.Configure(builder.Logging, settings);
        builder.Services.AddSilo(settings);
        builder.UseOrleans(silo => EngineSetup.Configure(silo, settings, arguments));
        return builder.Build();
    }

    private static async Task<int> RunAsync(SiloArguments arguments)
    {
        using var host = Build(arguments, Configuration(arguments));
        var settings = host.Services.GetRequiredService<SiloSettings>();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var stop = new StopCause(lifetime, arguments.StopWithStdin);
        var caring = Task.CompletedTask;
        try
        {
            await DatabaseGate.PassAsync(settings, TimeProvider.System, logger, lifetime.ApplicationStopping);
            await EngineClaim.MakeAsync(settings, TimeProvider.System, logger, lifetime.ApplicationStopping);
            caring = EngineParts.CareAsync(host.Services, settings, logger, lifetime.ApplicationStopping);
            await host.StartAsync(lifetime.ApplicationStopping);
            await SayReadyAsync(host, settings, logger);
        }
        catch (OperationCanceledException) when (stop.Asked)
        {
            return ExitCode.Ok;
        }

        await RunUntilStoppedAsync(host, stop, lifetime, logger);
        await caring;
        return stop.Asked ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private static async Task RunUntilStoppedAsync(IHost host, StopCause stop, IHostApplicationLifetime lifetime, ILogger logger)
    {
        var drain = new DrainWatch(host.Services.GetRequiredService<ClusterDirectory>(), TimeProvider.System, logger);
        var silo = host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();
        var watching = WatchAsync();
        await host.WaitForShutdownAsync();
        await watching;

        async Task WatchAsync()
        {
            if (await drain.AskedAsync(silo, lifetime.ApplicationStopping))
                stop.Stop();
        }
    }

    private static IConfiguration Configuration(SiloArguments arguments) => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .AddCommandLine(arguments.Configuration)
        .Build();

    private static async Task SayReadyAsync(IHost host, SiloSettings settings, ILogger logger)
    {
        var gateway = host.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress.Endpoint.ToString();
        if (settings.Stub)
            SiloLog.Stub(logger, SimulatorTokens.Valid);
        SiloLog.Started(logger, BuildInfo.Version, BuildInfo.GrainEngine, gateway);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new Ready(true, gateway, BuildInfo.GrainEngine), JsonSerializerOptions.Web));
        await Console.Out.FlushAsync();
    }

    private sealed record Ready([property: System.Text.Json.Serialization.JsonPropertyName("ready")] bool IsReady, string Gateway, string Engine);

    /// <summary>The process itself says when to stop (<see cref="StopCause"/>).</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
