using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests;

public sealed class InsightsPullTests
{
    private static readonly AdAccountKey Account = new(new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")), AdAccountId.Parse("act_101"));
    private static readonly DateRange Window = new(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 10));

    [Fact]
    public async Task Slices_are_read_newest_first_and_only_the_last_one_moves_the_cursor()
    {
        var (source, store) = (new ScriptedSource(), new RecordingStore());

        var report = await RunAsync(source, store, sliceDays: 4, reports: [InsightsReport.Daily(InsightsLevel.Account), InsightsReport.Daily(InsightsLevel.Ad)]);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal(
            [
                "2026-01-07..2026-01-10 account_daily", "2026-01-07..2026-01-10 ad_daily",
                "2026-01-03..2026-01-06 account_daily", "2026-01-03..2026-01-06 ad_daily",
                "2026-01-01..2026-01-02 account_daily", "2026-01-01..2026-01-02 ad_daily",
            ],
            source.Queries.Select(query => $"{query.Days} {query.Report.Name}"));
        Assert.All(source.Queries, query => Assert.Equal(Account.Account, query.Account));
        Assert.All(source.Tokens, token => Assert.Equal("secret", token));
        Assert.Equal([0, 1, 2, 3, 4, 5], store.Published.Select(publish => publish.Slice.Number));
        Assert.Equal([null, null, null, null, null, Window.Until], store.Published.Select(publish => publish.Slice.CursorAfter));
        Assert.Equal(6, report.Rows.Inserted);
        Assert.Equal("begin incremental test 2026-01-01..2026-01-10", store.Log[0]);
        Assert.Equal("end Succeeded", store.Log[^1]);
    }

    [Fact]
    public async Task Pages_are_staged_as_they_come_disposed_and_published_once_at_the_end()
    {
        var source = new ScriptedSource(ScriptedSource.Whole(new(0, 3), new(1, 0), new(2, 2)));
        var store = new RecordingStore { OnStage = page => Assert.False(((ScriptedPage)page).Disposed) };

        await RunAsync(source, store);

        Assert.Equal(["begin incremental test 2026-01-01..2026-01-10", "stage 0.0", "stage 0.2", "publish 0", "end Succeeded"], store.Log);
        Assert.Equal(5, Assert.Single(store.Published).Rows);
        Assert.Equal([true, true, true], source.Pages.Select(page => page.Disposed));
    }

    [Fact]
    public async Task An_empty_answer_is_published_too_since_rows_may_have_vanished()
    {
        var store = new RecordingStore();

        await RunAsync(new ScriptedSource(ScriptedSource.Whole()), store);

        Assert.Equal(0, Assert.Single(store.Published).Rows);
    }

    [Fact]
    public async Task A_read_that_broke_in_a_passing_way_is_discarded_and_begun_again()
    {
        var source = new ScriptedSource(
            ScriptedSource.Broken(new Refusal(worthRereading: true), new ScriptedPage(0, 2)),
            ScriptedSource.Whole(new(0, 2), new(1, 2)));
        var store = new RecordingStore();

        var report = await RunAsync(source, store);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal(["stage 0.0", "discard 0.0..0", "stage 0.0", "stage 0.1", "publish 0"], store.Log[1..^1]);
        Assert.Null(report.ErrorCode);
        Assert.All(source.Pages, page => Assert.True(page.Disposed));
    }

    [Fact]
    public async Task A_slice_that_the_store_rejects_is_discarded_and_read_again()
    {
        var store = new RecordingStore { PublishFails = publish => publish == 0 ? new SliceRejectedException("moved") : null };

        var report = await RunAsync(new ScriptedSource(), store);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal(["stage 0.0", "discard 0", "stage 0.0", "publish 0"], store.Log[1..^1]);
        Assert.Equal(2, report.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_slice_is_read_no_more_often_than_the_options_say(int reads)
    {
        var refusals = Enumerable.Range(0, 10).Select(_ => ScriptedSource.Broken(new Refusal(worthRereading: true))).ToArray();
        var (source, store) = (new ScriptedSource(refusals), new RecordingStore());

        var report = await RunAsync(source, store, readsPerSlice: reads);

        Assert.Equal(RunOutcome.Failed, report.Outcome);
        Assert.Equal(reads, source.Queries.Count);
        Assert.Equal(reads, report.Calls);
        Assert.Empty(store.Published);
    }

    [Fact]
    public async Task A_slice_that_is_rejected_each_time_ends_the_run_and_the_run_says_why()
    {
        var (source, store) = (new ScriptedSource(), new RecordingStore { PublishFails = _ => new SliceRejectedException("2 of 3 rows came twice") });

        var report = await RunAsync(source, store);

        Assert.Equal((RunOutcome.Failed, "2 of 3 rows came twice"), (report.Outcome, report.ErrorMessage));
        Assert.Equal(3, source.Queries.Count);
    }

    [Fact]
    public async Task A_permanent_refusal_ends_the_run_at_once_and_is_written_down_once()
    {
        var source = new ScriptedSource(ScriptedSource.Broken(new Refusal(worthRereading: false, rateLimited: true)));
        var store = new RecordingStore();

        var report = await RunAsync(source, store, sliceDays: 2);

        var ended = Assert.Single(store.Ended);
        Assert.Equal(ended, report);
        Assert.Equal(
            (RunOutcome.Failed, 613, 1487742, "trace-1", "Meta said no.", true),
            (ended.Outcome, ended.ErrorCode, ended.ErrorSubcode, ended.ErrorTrace, ended.ErrorMessage, ended.RateLimited));
        Assert.Single(source.Queries);
        Assert.Empty(store.Published);
    }

    [Fact]
    public async Task A_page_that_fails_midway_publishes_nothing_and_slices_before_it_stay()
    {
        var source = new ScriptedSource(
            ScriptedSource.Whole(new ScriptedPage(0, 4)),
            ScriptedSource.Broken(new Refusal(worthRereading: false), new ScriptedPage(0, 3), new ScriptedPage(1, 3)));
        var store = new RecordingStore();

        var report = await RunAsync(source, store, sliceDays: 5);

        Assert.Equal(RunOutcome.Failed, report.Outcome);
        Assert.Equal([0], store.Published.Select(publish => publish.Slice.Number));
        Assert.Null(store.Published[0].Slice.CursorAfter);
        Assert.Equal(4, report.Rows.Read);
        Assert.All(source.Pages, page => Assert.True(page.Disposed));
    }

    [Fact]
    public async Task Calls_retries_pages_and_bytes_of_failed_reads_count_as_well()
    {
        var source = new ScriptedSource(
            ScriptedSource.Broken(new Refusal(worthRereading: true, calls: 4), new ScriptedPage(0, 1, bytes: 10, calls: 2)),
            ScriptedSource.Broken(new Refusal(worthRereading: true, calls: 0)),
            ScriptedSource.Whole(new ScriptedPage(0, 1, bytes: 20, calls: 1), new ScriptedPage(1, 1, bytes: 30, calls: 3)));

        var report = await RunAsync(source, new RecordingStore());

        Assert.Equal((2 + 4 + 0 + 1 + 3, 1 + 3 + 0 + 0 + 2), (report.Calls, report.Retries));
        Assert.Equal((3, 60), (report.Pages, report.Bytes));
        Assert.Equal(2, report.Rows.Read);
    }

    [Fact]
    public async Task The_calls_and_retries_of_the_refusal_that_ends_a_run_count_as_well()
    {
        var source = new ScriptedSource(ScriptedSource.Broken(new Refusal(worthRereading: false, calls: 4), new ScriptedPage(0, 1)));

        var report = await RunAsync(source, new RecordingStore());

        Assert.Equal((5, 3), (report.Calls, report.Retries));
    }

    [Fact]
    public async Task A_run_that_was_overtaken_ends_as_superseded_without_reading_on()
    {
        var (source, store) = (new ScriptedSource(), new RecordingStore { PublishFails = publish => publish == 1 ? new StaleRunException("overtaken") : null });

        var report = await RunAsync(source, store, sliceDays: 2);

        Assert.Equal((RunOutcome.Superseded, "overtaken"), (report.Outcome, report.ErrorMessage));
        Assert.Equal(2, source.Queries.Count);
        Assert.Single(store.Ended);
    }

    [Fact]
    public async Task Cancellation_closes_the_run_and_then_throws()
    {
        using var stop = new CancellationTokenSource();
        var source = new ScriptedSource(ScriptedSource.Whole(new(0, 1), new(1, 1)));
        var store = new RecordingStore { OnStage = _ => stop.Cancel() };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(source, store, cancellationToken: stop.Token));

        Assert.Equal(RunOutcome.Cancelled, Assert.Single(store.Ended).Outcome);
        Assert.Empty(store.Published);
        Assert.All(source.Pages, page => Assert.True(page.Disposed));
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure_that_propagates()
    {
        var store = new RecordingStore { StageFails = new OperationCanceledException("a timeout of its own") };

        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync(new ScriptedSource(), store));

        Assert.Equal(RunOutcome.Failed, Assert.Single(store.Ended).Outcome);
    }

    [Fact]
    public async Task A_failure_of_the_store_propagates_and_the_run_is_closed_as_failed()
    {
        var failure = new InvalidOperationException("the database is gone; password=hunter2");
        var source = new ScriptedSource();
        var store = new RecordingStore { StageFails = failure };

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(source, store)));

        var ended = Assert.Single(store.Ended);
        Assert.Equal((RunOutcome.Failed, "The run broke off: InvalidOperationException."), (ended.Outcome, ended.ErrorMessage));
        Assert.Equal(1, ended.Calls);
        Assert.True(Assert.Single(source.Pages).Disposed);
    }

    [Fact]
    public async Task When_the_run_cannot_even_be_closed_the_first_failure_is_the_one_that_is_told()
    {
        var failure = new InvalidOperationException("first");
        var store = new RecordingStore { PublishFails = _ => failure, EndFails = new InvalidOperationException("second") };

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new ScriptedSource(), store)));
    }

    [Fact]
    public async Task A_run_that_succeeded_but_cannot_be_closed_throws()
    {
        var store = new RecordingStore { EndFails = new InvalidOperationException("closing") };

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new ScriptedSource(), store));

        Assert.Single(store.Published);
        Assert.Single(store.Ended);
    }

    [Fact]
    public async Task The_duration_is_the_clocks()
    {
        var clock = new ManualClock();
        var store = new RecordingStore { OnStage = _ => clock.Move(TimeSpan.FromSeconds(90)) };

        var report = await RunAsync(new ScriptedSource(), store, clock: clock);

        Assert.Equal(TimeSpan.FromSeconds(90), report.Duration);
        Assert.Equal(report, Assert.Single(store.Ended));
    }

    [Theory]
    [InlineData(0, 3, "MetaGrains:Pull:SliceDays must be 1 to 92, not 0.")]
    [InlineData(93, 3, "MetaGrains:Pull:SliceDays must be 1 to 92, not 93.")]
    [InlineData(31, 0, "MetaGrains:Pull:ReadsPerSlice must be 1 to 10, not 0.")]
    [InlineData(31, 11, "MetaGrains:Pull:ReadsPerSlice must be 1 to 10, not 11.")]
    [InlineData(92, 10, null)]
    public void Options_that_make_no_sense_are_refused_by_name(int sliceDays, int readsPerSlice, string? refusal) =>
        Assert.Equal(refusal, new InsightsPullOptions { SliceDays = sliceDays, ReadsPerSlice = readsPerSlice }.Refuse());

    [Fact]
    public void Counts_add_up_column_by_column() =>
        Assert.Equal(
            new PublishCounts(11, 22, 33, 44, 55),
            PublishCounts.Add(new PublishCounts(1, 2, 3, 4, 5), new PublishCounts(10, 20, 30, 40, 50)));

    private static Task<RunReport> RunAsync(
        ScriptedSource source, RecordingStore store, int sliceDays = 31, int readsPerSlice = 3,
        IReadOnlyList<InsightsReport>? reports = null, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        new InsightsPull(source, store, clock ?? new ManualClock(), new InsightsPullOptions { SliceDays = sliceDays, ReadsPerSlice = readsPerSlice })
            .RunAsync(
                new PullRequest(Account, "incremental", "test", Window, reports ?? [InsightsReport.Daily(InsightsLevel.Ad)]),
                new AccessToken("secret"), cancellationToken);
}
