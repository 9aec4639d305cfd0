using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.GraphSimulator;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Cli.Demo;

/// <summary>One account: what the source holds and what SQL says.</summary>
/// <param name="Id"><c>act_…</c></param>
/// <param name="Name">Its name.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Days">The synced days.</param>
/// <param name="Truth">What the source holds, at ad level.</param>
/// <param name="ByLevel">What SQL says at each level.</param>
/// <param name="Daily">What the daily aggregate says; its rows are days.</param>
/// <param name="Run">How the run went.</param>
public sealed record DemoAccount(
    string Id, string Name, string Currency, DateRange Days, AccountTruth Truth,
    IReadOnlyDictionary<InsightsLevel, AccountTotals> ByLevel, AccountTotals Daily, RunReport Run)
{
    /// <summary>The finest level, as SQL states it.</summary>
    public AccountTotals Ads => ByLevel.GetValueOrDefault(InsightsLevel.Ad);

    /// <summary>Whether the ads agree row by row in number and to the cent in sum, and every other level and the aggregate agree with them.</summary>
    public bool Match =>
        Run.Outcome == RunOutcome.Succeeded
        && (Ads.Rows, Ads.Days, Ads.Spend, Ads.Impressions, Ads.Clicks) == (Truth.Rows, Truth.Days, Truth.Spend, Truth.Impressions, Truth.Clicks)
        && InsightsLevels.All.Select(level => ByLevel.GetValueOrDefault(level)).Append(Daily).All(SameSums);

    private bool SameSums(AccountTotals totals) =>
        (totals.Days, totals.Spend, totals.Impressions, totals.Clicks) == (Truth.Days, Truth.Spend, Truth.Impressions, Truth.Clicks);
}

/// <summary>The outcome of a demo.</summary>
/// <param name="Engine">The grain engine that the program was built for.</param>
/// <param name="Accounts">All accounts, in Meta's order.</param>
/// <param name="Seconds">From the first request to Meta to the last commit.</param>
public sealed record DemoResult(string Engine, IReadOnlyList<DemoAccount> Accounts, double Seconds)
{
    /// <summary>Whether every account agrees.</summary>
    public bool Match => Accounts.Count > 0 && Accounts.All(account => account.Match);

    /// <summary>Rows at ad level, in SQL.</summary>
    public long Rows => Accounts.Sum(account => account.Ads.Rows);

    /// <summary>The object of <c>--json</c>. Sums over accounts of different currencies are checksums; money is in <c>spend_by_currency</c>.</summary>
    public object Summary(string databaseUrl) => new
    {
        Engine,
        Accounts = Accounts.Count,
        Rows,
        SpendGraph = Accounts.Sum(account => account.Truth.Spend),
        SpendSql = Accounts.Sum(account => account.Ads.Spend),
        Match,
        Throttled = Accounts.Count(account => account.Run.RateLimited),
        Seconds,
        DatabaseUrl = databaseUrl,
        Impressions = Accounts.Sum(account => account.Ads.Impressions),
        Clicks = Accounts.Sum(account => account.Ads.Clicks),
        SpendByCurrency = Accounts.GroupBy(account => account.Currency).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(account => account.Ads.Spend)),
        RowsInserted = Accounts.Sum(account => account.Run.Rows.Inserted),
        RowsChanged = Accounts.Sum(account => account.Run.Rows.Changed),
        RowsUnchanged = Accounts.Sum(account => account.Run.Rows.Unchanged),
        RowsVanished = Accounts.Sum(account => account.Run.Rows.Vanished),
        Calls = Accounts.Sum(account => account.Run.Calls),
        Mismatched = Accounts.Where(account => !account.Match).Select(account => new { account.Id, Error = account.Run.ErrorMessage }),
    };
}
