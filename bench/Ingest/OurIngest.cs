using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Insights;
using Npgsql;

namespace MetaGrains.Bench.Ingest;

/// <summary>The product's own way: pages into staging, one publish.</summary>
internal sealed class OurIngest
{
    private const int PageRows = 500;

    private readonly NpgsqlDataSource _database;
    private readonly InsightsStore _store;
    private readonly AdAccountKey _account;

    private OurIngest(NpgsqlDataSource database, AdAccountKey account)
    {
        _database = database;
        _account = account;
        var publisher = new SlicePublisher(database, new InsightPartitions(database), TimeProvider.System);
        _store = new InsightsStore(database, new RunLedger(database, TimeProvider.System), new StagingWriter(database), publisher);
    }

    public static async Task<OurIngest> CreateAsync(NpgsqlDataSource database)
    {
        var tenant = await new TenantStore(database, TimeProvider.System).EnsureAsync("bench", "Bench", "EUR", default);
        await using var insert = database.CreateCommand(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) values ($1, 'act_361744628296290', 'Bench', 'EUR', 'Europe/Prague')");
        insert.Parameters.Add(new() { Value = tenant.Value });
        await insert.ExecuteNonQueryAsync();
        return new OurIngest(database, new AdAccountKey(tenant, AdAccountId.Parse("act_361744628296290")));
    }

    public TenantId Tenant => _account.Tenant;

    public async Task<PublishCounts> LoadAsync(InsightRow[] rows)
    {
        var run = await _store.BeginRunAsync(_account, "incremental", "bench", BenchRows.Days, null, default);
        var slice = new InsightsSlice(run, 0, InsightsReport.Daily(InsightsLevel.Ad), BenchRows.Days, BenchRows.Days.Until);
        var pages = (rows.Length + PageRows - 1) / PageRows;
        for (var page = 0; page < pages; page++)
            await _store.StageAsync(slice, new Page(page, rows.AsMemory(page * PageRows, Math.Min(PageRows, rows.Length - (page * PageRows)))), default);
        // As a real run does it: the slice is judged before it is published.
        var judgement = SliceJudge.Judge(await _store.ExamineAsync(slice, default), before: null, mayPullAgain: false);
        var counts = await _store.PublishAsync(slice, rows.Length, judgement, default);
        await _store.EndRunAsync(run, new RunReport { Outcome = RunOutcome.Succeeded, Rows = counts }, default);
        return counts;
    }

    /// <summary>Takes out all that was loaded, and cleans up behind it: the tables are as before.</summary>
    public async Task UnloadAsync()
    {
        string[] tables = ["meta_insights_daily", "meta_insights_raw", "meta_insights_days", "daily_meta_metrics"];
        foreach (var table in tables)
        {
            await using var delete = _database.CreateCommand($"delete from {table} where tenant_id = $1 and ad_account_id = $2 and date between $3 and $4");
            delete.Parameters.Add(new() { Value = _account.Tenant.Value });
            delete.Parameters.Add(new() { Value = _account.Account.ToString() });
            delete.Parameters.Add(new() { Value = BenchRows.Days.Since });
            delete.Parameters.Add(new() { Value = BenchRows.Days.Until });
            await delete.ExecuteNonQueryAsync();
        }

        await using var vacuum = _database.CreateCommand($"vacuum {string.Join(", ", tables)}, insights_staging");
        await vacuum.ExecuteNonQueryAsync();
    }

    private sealed class Page(int number, ReadOnlyMemory<InsightRow> rows) : InsightPage
    {
        public override ReadOnlyMemory<InsightRow> Rows => rows;

        public override int Number => number;

        public override long Bytes => 0;

        public override int Calls => 1;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
