using System.Globalization;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Grains.Accounts;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Grains.Tests;

/// <summary>Runs for one campaign, over real HTTP.</summary>
public sealed class EntityRunTests
{
    private const string Spend = "select trim_scale(sum(spend)) from meta_insights_daily where report = 'ad_daily' and ad_id = $1 and date = $2";

    private static readonly string[] OfTheAccount =
    [
        "select job, meta_last_window_end from sync_cursors where meta_last_window_end is not null order by job",
        "select next_due_at, health from account_schedule",
        "select stream, latest_data_date, last_synced_at from data_freshness_marks order by stream",
        "select xmin, * from meta_insights_days order by report, date",
        "select xmin, * from meta_reconciliation order by report, date, metric",
    ];

    [Fact]
    public async Task Its_restated_rows_are_published_and_those_of_others_only_by_the_next_whole_run()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await RunAsync(cluster, new RunAsk(SyncJob.Incremental, null, null, "api"));
        var found = (await cluster.Database.RowsAsync("""
            select date, min(campaign_id), min(ad_id) filter (where campaign_id = first), max(campaign_id), max(ad_id) filter (where campaign_id = last)
            from (
              select *, min(campaign_id) over (partition by date) as first, max(campaign_id) over (partition by date) as last
              from meta_insights_daily where report = 'ad_daily' and spend > 0 and date in (select date from meta_insights_days where report = 'campaign_daily')
            ) d group by date having min(campaign_id) <> max(campaign_id) order by date desc limit 1
            """))[0].Trim('(', ')').Split(',');
        var (day, campaign, ad, other) = (DateOnly.Parse(found[0], CultureInfo.InvariantCulture), found[1], found[2], found[4]);
        var (mine, others) = (await SpendAsync(cluster, ad, day), await SpendAsync(cluster, other, day));
        var account = cluster.Account.Account.ToString();
        cluster.Simulator.Restate(account, ad, day, spendDelta: 0.5m);
        cluster.Simulator.Restate(account, other, day, spendDelta: 0.25m);
        var before = await OfTheAccountAsync(cluster);

        var entity = await new EntityDirectory(cluster.Database.Source).FindAsync(cluster.Account, campaign, default);
        Assert.Equal(new EntityScope(InsightsLevel.Campaign, campaign), entity);
        var run = await RunAsync(cluster, new RunAsk(SyncJob.Tier, new DateRange(day, day), null, "api") { Entity = entity });

        Assert.Equal((mine + 0.5m, others), (await SpendAsync(cluster, ad, day), await SpendAsync(cluster, other, day)));
        Assert.Equal(["(ad)", "(adset)", "(campaign)"], await cluster.Database.RowsAsync("select distinct level from meta_insights_daily where run_id = $1 order by 1", run));
        Assert.Equal([$"({campaign})"], await cluster.Database.RowsAsync("select distinct campaign_id from meta_insights_daily where run_id = $1", run));
        Assert.Equal(["(ad)", "(adset)", "(campaign)"], await cluster.Database.RowsAsync(
            "select level from meta_insights_revisions where run_id = $1 and metric = 'spend' and new_value - old_value = 0.5 order by 1", run));
        Assert.Equal(
            await cluster.Database.ScalarAsync<decimal>("select sum(spend) from meta_insights_daily where report = 'ad_daily' and date = $1", day),
            await cluster.Database.ScalarAsync<decimal>("select spend from daily_meta_metrics where date = $1", day));
        Assert.Equal(before, await OfTheAccountAsync(cluster));

        await RunAsync(cluster, new RunAsk(SyncJob.Tier, new DateRange(day, day), null, "api"));

        Assert.Equal((mine + 0.5m, others + 0.25m), (await SpendAsync(cluster, ad, day), await SpendAsync(cluster, other, day)));
        Assert.Equal(cluster.Simulator.Truth(account, day, day).Spend, await cluster.Database.ScalarAsync<decimal>("select spend from daily_meta_metrics where date = $1", day));
    }

    [Fact]
    public void A_memory_keeps_the_object_that_was_asked_for_and_one_that_was_written_without_still_reads()
    {
        var request = new SyncRequest
        {
            RunId = 7, Job = SyncJob.Tier, Trigger = "api", AskedAt = new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero), Entity = new EntityScope(InsightsLevel.AdSet, "8001"),
        };
        var memory = AdAccountMemory.Of(new AppliedState { SettingsVersion = "1", ConnectionVersion = 1, Jobs = [], Requests = [request] });

        Assert.Equal(request, Assert.Single(memory.ToApplied()!.Requests));
        Assert.Contains("""
            ,"Entity":{"Level":"AdSet","Id":"8001"}
            """.Trim(), memory.Document, StringComparison.Ordinal);
        memory.Document = memory.Document.Replace(""","Entity":{"Level":"AdSet","Id":"8001"}""", "", StringComparison.Ordinal);
        Assert.Equal(request with { Entity = null }, Assert.Single(memory.ToApplied()!.Requests));
    }

    private static async Task<long> RunAsync(AccountCluster cluster, RunAsk ask)
    {
        var run = await new RunQueue(cluster.Database.Source, TimeProvider.System).AskAsync(cluster.Account, ask, default);
        await cluster.Grain.RefreshAsync();
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where run_id = $1 and status = 'succeeded'", run) == 1, "the run succeeded");
        await cluster.RestsAsync();
        return run;
    }

    private static Task<decimal> SpendAsync(AccountCluster cluster, string ad, DateOnly day) => cluster.Database.ScalarAsync<decimal>(Spend, ad, day);

    private static async Task<List<string>> OfTheAccountAsync(AccountCluster cluster)
    {
        var rows = new List<string>();
        foreach (var sql in OfTheAccount)
            rows.AddRange(await cluster.Database.RowsAsync(sql));
        return rows;
    }
}
