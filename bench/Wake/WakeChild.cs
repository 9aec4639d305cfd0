using System.Globalization;
using MetaGrains.Core.Tenancy;

namespace MetaGrains.Bench.Wake;

/// <summary>A process of a contestant: does what it is told line by line on standard input, and answers each line.</summary>
internal static class WakeChild
{
    public const string Name = "wake-child";

    public static async Task RunAsync(string contestant, string databaseUrl, WakePlan plan, int room)
    {
        var tally = new WakeTally(room);
        var waker = await StartAsync(contestant, databaseUrl, plan, tally);
        var empty = LiveBytes();
        await AnswerAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "prepare":
                    await waker.PrepareAsync();
                    break;
                case "begin":
                    await waker.BeginAsync();
                    break;
                case "open":
                    tally.Open(Milliseconds(words[1]), Milliseconds(words[2]));
                    break;
                case "save":
                    tally.Save(words[1]);
                    break;
            }

            await AnswerAsync(words[0] switch
            {
                "count" => $"{tally.Wakes} {tally.IdleTicks}",
                "weigh" => $"{LiveBytes() - empty}",
                _ => "done",
            });
        }
    }

    /// <summary>The words of its command line after the name.</summary>
    public static IEnumerable<string> Words(string contestant, WakePlan plan, int room) =>
    [
        $"--contestant={contestant}", $"--tenant={plan.Tenant}", $"--accounts={plan.Accounts}",
        $"--interval-ms={(int)plan.Interval.TotalMilliseconds}", $"--room={room}",
    ];

    public static WakePlan Plan(string tenant, int accounts, int intervalMs) =>
        new(new TenantId(Guid.Parse(tenant)), accounts, TimeSpan.FromMilliseconds(intervalMs));

    private static async Task<IWaker> StartAsync(string contestant, string databaseUrl, WakePlan plan, WakeTally tally) => contestant switch
    {
        Contestants.Grains => await WakeSilo.StartAsync(databaseUrl, plan, tally),
        Contestants.Quartz => new QuartzNode(databaseUrl, plan, tally),
        Contestants.Claims => new ClaimLoop(databaseUrl, plan, tally),
        _ => throw new ArgumentException($"Unknown contestant {contestant}.", nameof(contestant)),
    };

    private static async Task AnswerAsync(string line)
    {
        await Console.Out.WriteLineAsync(line);
        await Console.Out.FlushAsync();
    }

    private static long Milliseconds(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static long LiveBytes()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
