using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Budget;

/// <summary>How fresh accounts are: every minute the age of each one's last complete run is looked at.</summary>
internal sealed class Freshness(BudgetLoad load, DateTimeOffset start)
{
    private const int MostMinutes = 60 * 24 * 14;

    private readonly DateTimeOffset[] _last = [.. Enumerable.Repeat(start, load.Accounts)];
    private readonly int[] _runs = new int[Tier.Defaults.Count];
    private readonly int[][] _ages = [.. Tier.Defaults.Select(_ => new int[MostMinutes])];

    public long Runs => _runs.Sum();

    public bool Measuring { get; set; }

    public void Refreshed(int account, DateTimeOffset now)
    {
        _last[account] = now;
        if (Measuring)
            _runs[account % Tier.Defaults.Count]++;
    }

    public void Look(DateTimeOffset now)
    {
        for (var account = 0; Measuring && account < _last.Length; account++)
            _ages[account % Tier.Defaults.Count][(int)(now - _last[account]).TotalMinutes]++;
    }

    public Dictionary<string, double> RefreshesPerHour() => ByTier(tier => Math.Round((double)_runs[tier] / load.Hours, 1));

    public Dictionary<string, double> StalenessP99() => ByTier(tier =>
    {
        var (left, sum) = ((long)(0.01 * _ages[tier].Sum(count => (long)count)), 0L);
        for (var age = MostMinutes - 1; age > 0; age--)
        {
            sum += _ages[tier][age];
            if (sum > left)
                return age;
        }

        return 0;
    });

    private static Dictionary<string, double> ByTier(Func<int, double> of) =>
        Enumerable.Range(0, Tier.Defaults.Count).ToDictionary(tier => Tier.Defaults[tier].Name, of, StringComparer.Ordinal);
}
