using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests;

/// <summary>A database with one tenant and one account, and the words to publish slices into it.</summary>
internal sealed class WarehouseFixture : IAsyncDisposable
{
    public static readonly DateRange Week = new(new DateOnly(2026, 2, 26), new DateOnly(2026, 3, 4));

    private WarehouseFixture(TestDatabase database, AdAccountKey account, TimeProvider clock, long stagingBytes)
    {
        Database = database;
        Account = account;
        Runs = new RunLedger(database.Source, clock);
        Staging = new SliceStaging(database.Source, stagingBytes);
        Publisher = new SlicePublisher(database.Source, new InsightPartitions(database.Source), Staging, clock);
        Store = new InsightsStore(database.Source, Runs, Staging, Publisher);
    }

    public TestDatabase Database { get; }

    public AdAccountKey Account { get; }

    public RunLedger Runs { get; }

    public SliceStaging Staging { get; }

    public SlicePublisher Publisher { get; }

    public InsightsStore Store { get; }

    /// <param name="clock">The time; the real one by default.</param>
    /// <param name="stagingBytes">Memory for staged pages; 0: all go into the table.</param>
    public static async Task<WarehouseFixture> CreateAsync(TimeProvider? clock = null, long stagingBytes = 64 << 20)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var tenant = await new TenantStore(database.Source, TimeProvider.System).EnsureAsync("acme", "Acme", "EUR", default);
        var account = await AddAccountAsync(database, tenant, "act_101");
        return new WarehouseFixture(database, account, clock ?? TimeProvider.System, stagingBytes);
    }

    public static async Task<AdAccountKey> AddAccountAsync(TestDatabase database, TenantId tenant, string id)
    {
        await database.ExecuteAsync(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) values ($1, $2, $2, 'EUR', 'Europe/Prague')",
            tenant.Value, id);
        return new AdAccountKey(tenant, AdAccountId.Parse(id));
    }

    /// <summary>Stages the rows in pages of three and publishes them, as a run of its own.</summary>
    public async Task<PublishCounts> PublishAsync(
        IReadOnlyList<InsightRow> rows, InsightsLevel level = InsightsLevel.Ad, AdAccountKey? account = null, DateRange? days = null,
        EntityScope? entity = null)
    {
        var slice = await StageAsync(rows, level, account, days, entity);
        var counts = await Store.PublishAsync(slice, rows.Count, default);
        await Store.EndRunAsync(slice.Run, new RunReport { Outcome = RunOutcome.Succeeded, Rows = counts }, default);
        return counts;
    }

    public async Task<InsightsSlice> StageAsync(
        IReadOnlyList<InsightRow> rows, InsightsLevel level = InsightsLevel.Ad, AdAccountKey? account = null, DateRange? days = null,
        EntityScope? entity = null)
    {
        var range = days ?? Week;
        var run = await Store.BeginRunAsync(account ?? Account, "incremental", "test", range, null, default);
        var slice = new InsightsSlice(run, 0, InsightsReport.Daily(level), range, entity is null ? range.Until : null) { Entity = entity };
        foreach (var (number, page) in rows.Chunk(3).Index())
            await Store.StageAsync(slice, new FakePage(number, page), default);
        return slice;
    }

    /// <summary>One row per ad and day of the week.</summary>
    public static List<InsightRow> AdRows(int ads, decimal spend = 1.25m) =>
        [.. from ad in Enumerable.Range(1, ads)
            from day in Enumerable.Range(0, Week.Days)
            select AdRow(ad, Week.Since.AddDays(day), spend + ad + (day / 100m))];

    public static InsightRow AdRow(int ad, DateOnly date, decimal spend) => new()
    {
        Date = date,
        CampaignId = "9001",
        AdSetId = $"80{ad % 3:00}",
        AdId = $"70{ad:000}",
        Currency = "EUR",
        AttributionSetting = "7d_click",
        Impressions = 100 * ad,
        Clicks = ad,
        Reach = 90 * ad,
        Spend = spend,
        Conversions = new ConversionTotals(1, 20.5m, 2, 0),
        BreakdownKey = "",
        Actions = """{"actions":{"link_click":{"value":3}}}"""u8.ToArray(),
        Raw = Encoding.UTF8.GetBytes($$"""{"ad_id":"70{{ad:000}}","spend":"{{spend}}"}"""),
    };

    public static InsightRow AccountRow(DateOnly date, decimal spend) => new()
    {
        Date = date, Currency = "EUR", AttributionSetting = "7d_click", Impressions = 1000, Clicks = 10, Reach = 700,
        Spend = spend, BreakdownKey = "", Raw = "{}"u8.ToArray(),
    };

    /// <summary>Every row of every table that a publish may write, with its xmin: what "unchanged" means.</summary>
    public async Task<IReadOnlyList<string>> SnapshotAsync() =>
    [
        .. await Database.RowsAsync("select 'fact', xmin, ctid, * from meta_insights_daily order by row_key"),
        .. await Database.RowsAsync("select 'raw', xmin, ctid, row_key, payload::text from meta_insights_raw order by row_key"),
        .. await Database.RowsAsync("select 'daily', xmin, ctid, * from daily_meta_metrics order by ad_account_id, date"),
        .. await Database.RowsAsync("select 'revision', xmin, ctid, * from meta_insights_revisions order by date, entity_id, metric, seen_at"),
        .. await Database.RowsAsync("select 'day', xmin, ctid, * from meta_insights_days order by report, date"),
        .. await Database.RowsAsync("select 'tombstone', xmin, ctid, * from meta_insights_tombstones order by row_key"),
    ];

    /// <summary>What a reader sees, without run ids and times: the old slice or the new one, nothing else.</summary>
    public async Task<IReadOnlyList<string>> VisibleAsync() =>
    [
        .. await Database.RowsAsync("select report, entity_id, date, spend, impressions, clicks, actions from meta_insights_daily order by 1, 2, 3"),
        .. await Database.RowsAsync("select date, spend, impressions, clicks, reach, ads from daily_meta_metrics order by date"),
        .. await Database.RowsAsync("select entity_id, date from meta_insights_tombstones order by 1, 2"),
        .. await Database.RowsAsync("select payload::text from meta_insights_raw order by row_key"),
        .. await Database.RowsAsync("select report, entity_id, date, metric, old_value, new_value, reason from meta_insights_revisions order by 1, 2, 3, 4, 5"),
        .. await Database.RowsAsync("select report, date, final_at is null from meta_insights_days order by 1, 2"),
        .. await Database.RowsAsync("select stream, latest_data_date, last_synced_at from data_freshness_marks order by 1"),
        .. await Database.RowsAsync("select job, meta_last_window_end from sync_cursors order by 1"),
    ];

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
