using System.CommandLine;
using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains simulate</c>: weeks of many accounts in virtual time, with everything that breaks.</summary>
internal static class SimulateVerb
{
    public static Command Create(Checkout checkout)
    {
        var seed = Verb.Number("--seed", "Chance: the same seed is the same events.", 1, 0, int.MaxValue);
        var accounts = Verb.Number("--accounts", "Accounts over all tenants.", 10_000, 10, 1_000_000);
        var tenants = Verb.Number("--tenants", "Tenants.", 50, 1, 1_000);
        var days = Verb.Number("--days", "Days of virtual time.", 7, 1, 60);
        return Verb.Create(
            "simulate", "Simulate weeks of syncing in virtual time, break things, and check what must always hold.",
            "simulate --seed 7 --accounts 1000 --days 3", [seed, accounts, tenants, days],
            (parsed, _, cancellationToken) => BenchProgram.RunAsync(
                checkout, "simulate",
                [
                    "simulate", $"--seed={parsed.GetValue(seed)}", $"--accounts={parsed.GetValue(accounts)}",
                    $"--tenants={Math.Min(parsed.GetValue(tenants), parsed.GetValue(accounts))}", $"--days={parsed.GetValue(days)}",
                ],
                null, cancellationToken));
    }
}
