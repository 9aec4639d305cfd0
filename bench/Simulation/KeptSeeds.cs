using System.Globalization;

namespace MetaGrains.Bench.Simulation;

/// <summary>Simulations that failed once, a line each: seed, accounts, tenants, days. The tests play them for ever.</summary>
internal static class KeptSeeds
{
    /// <summary>The file, in the checkout.</summary>
    public const string Path = "tests/Simulation.Tests/seeds.txt";

    private const int FewestAccounts = 100;

    /// <summary>The simulations that a file names; what follows a <c>#</c> is for people.</summary>
    public static IEnumerable<SimulationOptions> Read(IEnumerable<string> lines) =>
        from line in lines
        let words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where words.Length > 0
        let numbers = words.Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray()
        select new SimulationOptions(numbers[0], Accounts: numbers[1], Days: numbers[3], Tenants: numbers[2]);

    /// <summary>The smallest world in which it still fails, of those that have half as much each time.</summary>
    public static SimulationOptions Smallest(SimulationOptions failed, Func<SimulationOptions, bool> fails)
    {
        var smallest = failed;
        while (Smaller(smallest).Where(fails).FirstOrDefault() is { } smaller)
            smallest = smaller;
        return smallest;
    }

    /// <summary>Adds a simulation to a file, once.</summary>
    public static void Keep(string file, SimulationOptions options, string found)
    {
        var known = File.Exists(file) ? File.ReadAllText(file) : "";
        if (Read(known.Split('\n')).Contains(options))
            return;
        var line = string.Create(CultureInfo.InvariantCulture, $"{options.Seed} {options.Accounts} {options.Tenants} {options.Days} # {found}");
        File.AppendAllText(file, (known.Length > 0 && !known.EndsWith('\n') ? "\n" : "") + line + "\n");
    }

    private static IEnumerable<SimulationOptions> Smaller(SimulationOptions options)
    {
        // First the greatest step: tenants and accounts together, then fewer days.
        if (options.Accounts / 2 >= FewestAccounts)
            yield return options with { Accounts = options.Accounts / 2, Tenants = Math.Max(1, options.Tenants / 2) };
        if (options.Days > 1)
            yield return options with { Days = options.Days / 2 };
    }
}
