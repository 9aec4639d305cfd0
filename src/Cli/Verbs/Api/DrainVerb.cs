using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains silo drain</c>: lets a silo leave, wherever it runs, and waits until it has.</summary>
internal static class DrainVerb
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Checkout checkout)
    {
        var silo = new Argument<string>("silo") { Description = "Its address, with or without the generation, or its name: ./metagrains cluster shows them." };
        return ApiVerb.Create(
            checkout, "drain", "Let a silo give its grains to the others and end.", "silo drain 10.0.0.5:11111", ApiScope.All,
            [Verb.Flag("--no-wait", "Only ask."), Verb.Number("--timeout", "Seconds to wait.", 60, 1, 3600)],
            session => DrainAsync(session, session.Value<string>(silo.Name)!), silo);
    }

    private static async Task<int> DrainAsync(ApiSession session, string silo)
    {
        var asked = await session.Api.SendAsync<SiloInfo>(HttpMethod.Post, Routes.Drain(silo), null, session.Cancellation);
        if (session.Value<bool>("--no-wait"))
        {
            session.Terminal.Line($"Silo {asked.Address} was asked to leave.");
            session.Terminal.Result(asked);
            return ExitCode.Ok;
        }

        var patience = TimeSpan.FromSeconds(session.Value<int>("--timeout"));
        var began = TimeProvider.System.GetTimestamp();
        var said = "";
        while (await FindAsync(session, asked.Address) is { } living)
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw CliException.Unavailable($"Silo {asked.Address} is still {living.Status} after {patience.TotalSeconds:0} s; it goes on leaving by itself. ./metagrains cluster --watch shows how far it is.");
            var now = $"{living.Status}{(living.Partitions is { } partitions ? $", {partitions} partitions" : "")}";
            if (now != said)
                session.Terminal.Progress($"silo {asked.Address}: {now}");
            said = now;
            await Task.Delay(Pause, TimeProvider.System, session.Cancellation);
        }

        session.Terminal.Line($"Silo {asked.Address} has left.");
        session.Terminal.Result(asked with { Status = "left" });
        return ExitCode.Ok;
    }

    private static async Task<SiloInfo?> FindAsync(ApiSession session, string address) =>
        (await session.Api.GetAsync<Cluster>(Routes.Cluster, session.Cancellation)).Silos.FirstOrDefault(silo => silo.Address == address && silo.Status != "dead");
}
