using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MetaGrains.Bench.Measure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Bench.Calls;

/// <summary>
/// What a grain call costs: from inside the silo, and from another process over the gateway against a plain echo over
/// loopback TCP between the same two processes; and what an idle activation weighs.
/// </summary>
internal sealed class CallsBench(int rounds)
{
    private const int IdleActivations = 100_000;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        var (silo, gateway) = (FreePort(), FreePort());
        using var host = new HostBuilder().UseOrleans(builder => builder.UseLocalhostClustering(silo, gateway)).Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var local = await MeasureLocalAsync(grains);
        using var echo = new PlainEcho();
        var client = await MeasureRemoteAsync(gateway, echo.Port);
        var idle = await WeighAsync(grains);
        await host.StopAsync();
        return new Dictionary<string, object?>
        {
            ["callers"] = Load.Callers,
            ["message_bytes"] = Load.MessageBytes,
            ["local_calls_per_s"] = Rate(local),
            ["local_p99_us"] = P99(local),
            ["remote_calls_per_s"] = Rate(client.Remote),
            ["remote_p99_us"] = P99(client.Remote),
            ["limit_calls_per_s"] = Rate(client.Limit),
            ["limit_p99_us"] = P99(client.Limit),
            ["remote_ratio"] = Pairs.Ratio([.. client.Remote.Select(round => round.PerSecond)], [.. client.Limit.Select(round => round.PerSecond)]),
            ["idle_activations"] = IdleActivations,
            ["bytes_per_idle_activation"] = Math.Round(idle),
        };
    }

    private async Task<List<LoadFigures>> MeasureLocalAsync(IGrainFactory grains)
    {
        var message = new byte[Load.MessageBytes];
        var figures = new List<LoadFigures>();
        for (var round = 0; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"metagrains: local calls, round {round} of {rounds}");
            figures.Add(await Load.RunAsync(caller => CallsClient.Caller(grains, caller, message), Round));
        }

        return figures[1..];
    }

    private async Task<ClientFigures> MeasureRemoteAsync(int gateway, int echo)
    {
        await Console.Error.WriteLineAsync($"metagrains: remote calls and their limit in turn, {rounds} rounds");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var word in new[] { typeof(CallsBench).Assembly.Location, CallsClient.Name, $"--gateway={gateway}", $"--echo={echo}", $"--rounds={rounds}", $"--seconds={Round.TotalSeconds}" })
            start.ArgumentList.Add(word);
        using var client = Process.Start(start)!;
        var said = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return client.ExitCode == 0
            ? JsonSerializer.Deserialize<ClientFigures>(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!
            : throw new InvalidOperationException($"The client ended with exit code {client.ExitCode}.");
    }

    // Live bytes after a full collection, before and after grains that nobody calls any more came to life.
    private static async Task<double> WeighAsync(IGrainFactory grains)
    {
        await Console.Error.WriteLineAsync($"metagrains: {IdleActivations:N0} idle activations");
        var before = LiveBytes();
        var message = new byte[1];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, IdleActivations),
            new ParallelOptions { MaxDegreeOfParallelism = Load.Callers },
            async (number, _) => await grains.GetGrain<IEchoGrain>($"idle/{number}").EchoAsync(message));
        return (LiveBytes() - before) / (double)IdleActivations;
    }

    private static long LiveBytes()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static double Rate(IEnumerable<LoadFigures> rounds) => Math.Round(Pairs.Median(rounds.Select(round => round.PerSecond)));

    private static double P99(IEnumerable<LoadFigures> rounds) => Math.Round(Pairs.Median(rounds.Select(round => round.P99Micros)), 1);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
