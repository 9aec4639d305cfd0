using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Insights;
using Npgsql;

namespace MetaGrains.Bench.Ingest;

/// <summary>The product's own way: pages parsed and staged, one publish.</summary>
internal sealed class OurIngest
{
    private readonly NpgsqlDataSource _database;
    private readonly InsightsStore _store;
    private readonly AdAccountKey _account;

    private OurIngest(NpgsqlDataSource database, AdAccountKey account)
    {
        _database = database;
        _account = account;
        var staging = new SliceStaging(database, new WarehouseOptions().StagingMegabytes * 1024L * 1024L);
        var publisher = new SlicePublisher(database, new InsightPartitions(database), staging, TimeProvider.System);
        _store = new InsightsStore(database, new RunLedger(database, TimeProvider.System), staging, publisher);
    }

    public static async Task<OurIngest> CreateAsync(NpgsqlDataSource database)
    {
        var tenant = await new TenantStore(database, TimeProvider.System).EnsureAsync("bench", "Bench", "EUR", default);
        await using var insert = database.CreateCommand(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) values ($1, 'act_361744628296290', 'Bench', 'EUR', 'Europe/Prague')");
        insert.Parameters.Add(new() { Value = tenant.Value });
        await insert.ExecuteNonQueryAsync();
        return new OurIngest(database, new AdAccountKey(tenant, BenchPages.Account));
    }

    public TenantId Tenant => _account.Tenant;

    public async Task<PublishCounts> LoadAsync(BenchPages pages)
    {
        var run = await _store.BeginRunAsync(_account, "incremental", "bench", BenchPages.Days, null, default);
        var slice = new InsightsSlice(run, 0, BenchPages.Report, BenchPages.Days, BenchPages.Days.Until);
        foreach (var page in pages.Parse())
        {
            using (page)
                await _store.StageAsync(slice, page, default);
        }

        // As a real run does it: the slice is judged before it is published.
        var judgement = SliceJudge.Judge(await _store.ExamineAsync(slice, default), before: null, mayPullAgain: false);
        var counts = await _store.PublishAsync(slice, pages.Count, judgement, default);
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
            delete.Parameters.Add(new() { Value = BenchPages.Days.Since });
            delete.Parameters.Add(new() { Value = BenchPages.Days.Until });
            await delete.ExecuteNonQueryAsync();
        }

        await using var vacuum = _database.CreateCommand($"vacuum {string.Join(", ", tables)}, insights_staging");
        await vacuum.ExecuteNonQueryAsync();
    }
}
