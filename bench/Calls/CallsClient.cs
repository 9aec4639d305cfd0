using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Bench.Calls;

/// <summary>What the client measured, round by round.</summary>
internal sealed record ClientFigures(IReadOnlyList<LoadFigures> Remote, IReadOnlyList<LoadFigures> Limit);

/// <summary>The other process: calls grains over the gateway, and the plain echo, in turn.</summary>
internal static class CallsClient
{
    public const string Name = "calls-client";

    public static async Task RunAsync(int gateway, int echo, int rounds, TimeSpan duration)
    {
        using var host = new HostBuilder().UseOrleansClient(client => client.UseLocalhostClustering(gateway)).Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var message = new byte[Load.MessageBytes];
        using var plain = await PlainCallers.ConnectAsync(echo);
        var (remote, limit) = (new List<LoadFigures>(), new List<LoadFigures>());
        // The first round compiles every path and is dropped.
        for (var round = 0; round <= rounds; round++)
        {
            remote.Add(await Load.RunAsync(caller => Caller(grains, caller, message), duration));
            limit.Add(await Load.RunAsync(caller => () => plain.CallAsync(caller), duration));
        }

        Console.WriteLine(JsonSerializer.Serialize(new ClientFigures(remote[1..], limit[1..])));
        await host.StopAsync();
    }

    /// <summary>Calls a grain of the caller's own: accounts do not wait for each other.</summary>
    public static Func<Task> Caller(IGrainFactory grains, int caller, byte[] message)
    {
        var grain = grains.GetGrain<IEchoGrain>($"bench/{caller}");
        return () => grain.EchoAsync(message).AsTask();
    }
}
