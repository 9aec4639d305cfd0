using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Completeness;

/// <summary>Judge and store together, on days that were over long ago.</summary>
public class CompletenessTests
{
    /// <summary>Memory for staged pages: where they wait changes nothing.</summary>
    protected virtual long StagingBytes => 64 << 20;

    private const string Ledger = "select date, level, metric, trim_scale(account_total), trim_scale(rows_total), trim_scale(unattributed), verdict from meta_reconciliation where metric in ('spend', 'rows') order by 1, 2, 3";

    private static readonly DateOnly Day = WarehouseFixture.Week.Since;
    private static readonly string[] Days = ["daily_meta_metrics", "daily_summary", "meta_kpi_daily", "daily_summary_tenant", "meta_kpi_daily_tenant"];

    [Fact]
    public async Task Rows_that_add_up_to_the_accounts_total_match_and_a_second_check_writes_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await AccountAsync(warehouse, 5m);

        await PullAsync(warehouse, [Ad(1, 2m), Ad(2, 3m)]);
        Assert.Equal(["(2026-02-26,ad,spend,5,5,0,match)"], await warehouse.Database.RowsAsync(Ledger.Replace("('spend', 'rows')", "('spend') and date = '2026-02-26'", StringComparison.Ordinal)));
        // A day without any delivery matches, too.
        Assert.Equal(21, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_reconciliation where verdict = 'match'"));

        var before = await warehouse.Database.RowsAsync("select xmin, * from meta_reconciliation order by date, metric");
        await PullAsync(warehouse, [Ad(1, 2m), Ad(2, 3m)]);
        Assert.Equal(before, await warehouse.Database.RowsAsync("select xmin, * from meta_reconciliation order by date, metric"));
    }

    [Fact]
    public async Task Spend_of_deleted_ads_is_unattributed_and_known_from_then_on()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await AccountAsync(warehouse, 5m);

        Assert.Equal(2, await PullAsync(warehouse, [Ad(1, 2m)], [Ad(1, 2m)]));
        Assert.Contains("(2026-02-26,ad,spend,5,2,3,unattributed)", await warehouse.Database.RowsAsync(Ledger));

        Assert.Equal(1, await PullAsync(warehouse, [Ad(1, 2m)]));
    }

    [Fact]
    public async Task A_difference_that_a_second_pull_closes_is_no_finding_and_the_report_asks_for_archived_objects_from_then_on()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await AccountAsync(warehouse, 5m);

        Assert.Equal(2, await PullAsync(warehouse, [Ad(1, 2m)], [Ad(1, 2m), Ad(2, 3m)]));

        Assert.Contains("(2026-02-26,ad,spend,5,5,0,match)", await warehouse.Database.RowsAsync(Ledger));
        var run = await warehouse.Store.BeginRunAsync(warehouse.Account, "tier", "test", WarehouseFixture.Week, null, default);
        Assert.Equal(Day, Assert.Single(run.ArchivedUntil).Value);
    }

    [Fact]
    public async Task A_difference_that_changes_is_a_gap_until_it_is_closed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await AccountAsync(warehouse, 5m);

        await PullAsync(warehouse, [Ad(1, 2m)], [Ad(1, 4m)]);
        Assert.Contains("(2026-02-26,ad,spend,5,4,1,gap)", await warehouse.Database.RowsAsync(Ledger));
        await PullAsync(warehouse, [Ad(1, 5m)]);

        Assert.Contains("(2026-02-26,ad,spend,5,5,0,match)", await warehouse.Database.RowsAsync(Ledger));
    }

    [Fact]
    public async Task A_partial_answer_deletes_and_zeroes_nothing_and_the_other_days_are_published()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var next = Day.AddDays(1);
        await PullAsync(warehouse, [Ad(1, 2m), Ad(2, 3m), WarehouseFixture.AdRow(1, next, 1m)]);
        var held = await HeldAsync(warehouse);

        // Two pulls of the day disagree; the next day changed.
        var calls = await PullAsync(warehouse, [Ad(1, 9m), WarehouseFixture.AdRow(1, next, 1.5m)], [Ad(2, 9m), WarehouseFixture.AdRow(1, next, 1.5m)]);

        Assert.Equal(2, calls);
        Assert.Equal(held, await HeldAsync(warehouse));
        Assert.Equal(1.5m, await warehouse.Database.ScalarAsync<decimal>("select spend from daily_meta_metrics where date = $1", next));
        Assert.Equal(["(2026-02-26,ad,rows,2,1,1,held)"], await warehouse.Database.RowsAsync(Ledger));
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_tombstones"));

        // A later run that answers the same once more confirms it, and the hold is gone.
        Assert.Equal(1, await PullAsync(warehouse, [Ad(2, 9m), WarehouseFixture.AdRow(1, next, 1.5m)]));
        Assert.Empty(await warehouse.Database.RowsAsync(Ledger));
        Assert.Equal(["(70001)"], await warehouse.Database.RowsAsync("select entity_id from meta_insights_tombstones"));
        Assert.Equal(9m, await warehouse.Database.ScalarAsync<decimal>("select spend from daily_meta_metrics where date = $1", Day));
    }

    [Fact]
    public async Task An_empty_answer_for_a_settled_day_needs_another_run_to_be_believed()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await PullAsync(warehouse, [Ad(1, 2m)]);
        var held = await HeldAsync(warehouse);

        await PullAsync(warehouse, [], []);
        Assert.Equal(held, await HeldAsync(warehouse));
        await PullAsync(warehouse, new InsightRow[][] { [] });

        Assert.Empty(await HeldAsync(warehouse));
    }

    [Fact]
    public async Task Two_equal_pulls_confirm_that_a_row_is_gone()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await PullAsync(warehouse, [Ad(1, 2m), Ad(2, 3m)]);

        Assert.Equal(2, await PullAsync(warehouse, [Ad(1, 2m)], [Ad(1, 2m)]));

        Assert.Equal(["(70002)"], await warehouse.Database.RowsAsync("select entity_id from meta_insights_tombstones"));
    }

    [Fact]
    public async Task Fields_that_could_not_be_fetched_stay_as_they_were_and_are_named()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var row = WarehouseFixture.AdRow(1, Day, 2m);
        await warehouse.PublishAsync([row, WarehouseFixture.AdRow(2, Day, 3m)]);
        InsightRow[] partial =
        [
            row with { Spend = 2.5m, Reach = null, Actions = default, Conversions = default },
            WarehouseFixture.AdRow(3, Day, 1m) with { Reach = null, Actions = default, Conversions = default },
        ];

        await IncompleteAsync(warehouse, partial);

        Assert.Equal(
            [
                "(70001,2.5,90,3,20.5,\"{\"\"actions\"\": {\"\"link_click\"\": {\"\"value\"\": 3}}}\",\"{action_values,actions,reach}\")",
                "(70003,1,,0,0,,\"{action_values,actions,reach}\")",
            ],
            await warehouse.Database.RowsAsync("select entity_id, trim_scale(spend), reach, trim_scale(conversions), trim_scale(revenue), actions, incomplete from meta_insights_daily order by 1"));
        Assert.Equal(["(spend)"], await warehouse.Database.RowsAsync("select metric from meta_insights_revisions where entity_id = '70001'"));

        var before = await warehouse.SnapshotAsync();
        await IncompleteAsync(warehouse, partial);
        Assert.Equal(before, await warehouse.SnapshotAsync());

        await warehouse.PublishAsync([row, WarehouseFixture.AdRow(3, Day, 1m)]);
        Assert.Equal(["(,90)", "(,270)"], await warehouse.Database.RowsAsync("select incomplete, reach from meta_insights_daily order by entity_id"));
        Assert.Equal(["(shape_changed)"], await warehouse.Database.RowsAsync("select distinct reason from meta_insights_revisions where entity_id = '70003' and metric in ('reach', 'conversions')"));
    }

    [Fact]
    public async Task A_day_says_which_fields_are_missing_in_its_rows_until_they_are_there_and_so_does_every_view_of_days()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await warehouse.PublishAsync([Ad(1, 2m), Ad(2, 3m)]);
        Assert.Equal(["()"], await warehouse.Database.RowsAsync("select incomplete from daily_meta_metrics"));
        InsightRow[] partial = [Ad(1, 2m), Ad(2, 3m) with { Reach = null, Actions = default, Conversions = default }, Ad(3, 1m) with { Actions = default, Conversions = default }];

        await IncompleteAsync(warehouse, partial);

        // Reach of a day is the account's own: that of ads is not missed.
        foreach (var days in Days)
            Assert.Equal(["(\"{action_values,actions}\")"], await warehouse.Database.RowsAsync($"select incomplete from {days}"));
        var before = await warehouse.SnapshotAsync();
        await IncompleteAsync(warehouse, partial);
        Assert.Equal(before, await warehouse.SnapshotAsync());

        await warehouse.PublishAsync([Ad(1, 2m), Ad(2, 3m), Ad(3, 1m)]);
        foreach (var days in Days)
            Assert.Equal(["()"], await warehouse.Database.RowsAsync($"select incomplete from {days}"));
    }

    [Fact]
    public async Task A_day_whose_reach_the_account_did_not_answer_lacks_its_reach_and_a_tenant_lacks_what_any_account_lacks()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var second = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        await warehouse.PublishAsync([Ad(1, 2m)]);
        await warehouse.PublishAsync([Ad(1, 2m)], account: second);
        await IncompleteAsync(warehouse, [WarehouseFixture.AccountRow(Day, 2m) with { Reach = null }], InsightsLevel.Account, ["reach"]);
        Assert.Equal(["(act_101,{reach})", "(act_102,)"], await warehouse.Database.RowsAsync("select ad_account_id, incomplete from daily_summary order by 1"));

        await IncompleteAsync(warehouse, [Ad(1, 2m) with { Clicks = 0 }], fields: ["clicks"], account: second);

        Assert.Equal(["(\"{clicks,reach}\",2)"], await warehouse.Database.RowsAsync("select incomplete, accounts from daily_summary_tenant"));
        Assert.Equal(["(\"{clicks,reach}\",2)"], await warehouse.Database.RowsAsync("select incomplete, accounts from meta_kpi_daily_tenant"));
    }

    [Fact]
    public async Task A_run_that_held_days_back_says_how_many()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        var run = await warehouse.Store.BeginRunAsync(warehouse.Account, "tier", "test", WarehouseFixture.Week, null, default);

        await warehouse.Store.EndRunAsync(run, new RunReport { Outcome = RunOutcome.Succeeded, HeldDays = 2 }, default);

        Assert.Equal(2, await warehouse.Database.ScalarAsync<int>("select held_days from sync_runs"));
    }

    [Fact]
    public async Task A_connection_that_dies_before_any_statement_of_a_held_publish_leaves_the_old_slice()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: StagingBytes);
        await AccountAsync(warehouse, 5m);
        await PullAsync(warehouse, [Ad(1, 2m), Ad(2, 3m)]);
        var old = await warehouse.VisibleAsync();
        var reconciled = await warehouse.Database.RowsAsync(Ledger);

        foreach (var fatal in new[] { "Held", "Complete", "Days", "Reconcile", "Hint", "Commit" })
        {
            var slice = await warehouse.StageAsync([]);
            await warehouse.Store.StageAsync(slice, new PartialPage([Ad(1, 9m)], ["reach"]), default);
            var judgement = new SliceJudgement
            {
                HeldDays = [Day.AddDays(3)],
                ArchivedUntil = Day,
                Findings = [new CompletenessFinding(Day, "spend", 5m, 9m, CompletenessVerdict.Gap)],
            };
            warehouse.Publisher.BeforeStatement = (name, connection) =>
                name == fatal ? warehouse.Database.ExecuteAsync("select pg_terminate_backend($1)", connection.ProcessID) : Task.CompletedTask;

            await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => warehouse.Store.PublishAsync(slice, 1, judgement, default));

            warehouse.Publisher.BeforeStatement = null;
            Assert.Equal(old, await warehouse.VisibleAsync());
            Assert.Equal(reconciled, await warehouse.Database.RowsAsync(Ledger));
            Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_report_hints"));
        }
    }

    private static InsightRow Ad(int ad, decimal spend) => WarehouseFixture.AdRow(ad, Day, spend) with { Impressions = (long)(spend * 100), Clicks = (long)spend };

    private static Task<PublishCounts> AccountAsync(WarehouseFixture warehouse, decimal spend) => warehouse.PublishAsync(
        [WarehouseFixture.AccountRow(Day, spend) with { Impressions = (long)(spend * 100), Clicks = (long)spend }], InsightsLevel.Account);

    private static Task<IReadOnlyList<string>> HeldAsync(WarehouseFixture warehouse) =>
        warehouse.Database.RowsAsync("select d.entity_id, d.spend, m.spend, m.ads from meta_insights_daily d join daily_meta_metrics m using (date) where date = $1 order by 1", Day);

    /// <summary>One run of the real pull over answers that are given; says how many were asked for.</summary>
    private static async Task<int> PullAsync(WarehouseFixture warehouse, params InsightRow[][] answers)
    {
        var source = new AnswerSource(answers);
        var report = await new InsightsPull(source, warehouse.Store, TimeProvider.System, new InsightsPullOptions()).RunAsync(
            new PullRequest(warehouse.Account, "tier", "test", WarehouseFixture.Week, [InsightsReport.Daily(InsightsLevel.Ad)]), new AccessToken("t"), default);
        Assert.True(report.Outcome == RunOutcome.Succeeded, report.ErrorMessage);
        return source.Asked;
    }

    private static async Task IncompleteAsync(
        WarehouseFixture warehouse, InsightRow[] rows, InsightsLevel level = InsightsLevel.Ad, string[]? fields = null, AdAccountKey? account = null)
    {
        var run = await warehouse.Store.BeginRunAsync(account ?? warehouse.Account, "incremental", "test", WarehouseFixture.Week, null, default);
        var slice = new InsightsSlice(run, 0, InsightsReport.Daily(level), WarehouseFixture.Week, null);
        await warehouse.Store.StageAsync(slice, new PartialPage(rows, fields ?? ["reach", "actions", "action_values"]), default);
        await warehouse.Store.PublishAsync(slice, rows.Length, default);
    }

    private sealed class AnswerSource(InsightRow[][] answers) : IInsightsSource
    {
        public int Asked { get; private set; }

        public async IAsyncEnumerable<InsightPage> ReadAsync(
            InsightsQuery query, AccessToken token, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return new FakePage(0, answers[Asked++]);
        }
    }

    private sealed class PartialPage(InsightRow[] rows, string[] fields) : InsightPage
    {
        public override ReadOnlyMemory<InsightRow> Rows => rows;

        public override int Number => 0;

        public override long Bytes => 0;

        public override int Calls => 1;

        public override ImmutableArray<string> Incomplete => [.. fields];

        protected override void Dispose(bool disposing)
        {
        }
    }
}
