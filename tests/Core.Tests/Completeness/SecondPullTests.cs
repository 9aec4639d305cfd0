using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Completeness;

public sealed class SecondPullTests
{
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly AdAccountKey Account = new(new TenantId(Guid.Parse("5e3c7f2a-0000-4000-8000-000000000001")), AdAccountId.Parse("act_1"));
    private static readonly DayFacts Whole = new(Day, Closed: true, StagedRows: 1, StagedKeys: 1, default, HeldRows: 1, MissingRows: 0) { Over = true };
    private static readonly DayFacts Shrunk = Whole with { StagedKeys = 2, HeldRows = 2, MissingRows = 1 };

    [Theory]
    [InlineData(InsightsLevel.Campaign, "campaign.effective_status", 5)]
    [InlineData(InsightsLevel.AdSet, "adset.effective_status", 6)]
    [InlineData(InsightsLevel.Ad, "ad.effective_status", 11)]
    public async Task A_doubtful_slice_is_pulled_again_with_archived_objects_and_published_once(InsightsLevel level, string field, int statuses)
    {
        var source = new ScriptedSource();
        var store = new JudgedStore(Shrunk, Whole);

        var report = await PullAsync(source, store, level);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal(2, source.Queries.Count);
        Assert.Empty(source.Queries[0].Report.Filtering);
        var filter = Assert.Single(source.Queries[1].Report.Filtering);
        Assert.Equal((field, "IN", statuses), (filter.Field, filter.Operator, filter.Values.Length));
        Assert.Contains("ARCHIVED", filter.Values);
        Assert.DoesNotContain("DELETED", filter.Values);
        Assert.Single(store.Judgements);
        Assert.Equal(["stage", "examine", "discard", "stage", "examine", "publish"], store.Log);
    }

    [Fact]
    public async Task A_day_that_stays_doubtful_is_held_and_the_run_says_so()
    {
        var store = new JudgedStore(Shrunk, Shrunk with { StagedKeys = 3 });

        var report = await PullAsync(new ScriptedSource(), store);

        Assert.Equal((RunOutcome.Succeeded, 1), (report.Outcome, report.HeldDays));
        Assert.Equal(Day, Assert.Single(Assert.Single(store.Judgements).HeldDays));
    }

    [Fact]
    public async Task One_object_is_pulled_again_alone_and_a_day_that_is_held_of_it_is_said_by_the_run()
    {
        var source = new ScriptedSource();
        var store = new JudgedStore(Shrunk, Shrunk with { StagedKeys = 3 });

        var report = await PullAsync(source, store, entity: new EntityScope(InsightsLevel.Ad, "0"));

        Assert.Equal(["ad.id ad.effective_status", "ad.id ad.effective_status"], source.Queries.Select(query => string.Join(' ', query.Report.Filtering.Select(filter => filter.Field))));
        Assert.Equal((RunOutcome.Succeeded, 1), (report.Outcome, report.HeldDays));
        Assert.Contains("fewer rows of ad 0", report.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_learned_of_a_report_spares_the_second_pull()
    {
        var source = new ScriptedSource();

        await PullAsync(source, new JudgedStore(Whole) { ArchivedUntil = Day });
        Assert.Contains("ARCHIVED", Assert.Single(Assert.Single(source.Queries).Report.Filtering).Values);

        await PullAsync(source, new JudgedStore(Whole) { ArchivedUntil = Day.AddDays(-1) });
        Assert.Empty(source.Queries[1].Report.Filtering);
    }

    [Fact]
    public async Task Without_leave_to_pull_again_a_doubtful_day_is_held_at_once()
    {
        var source = new ScriptedSource();

        var report = await PullAsync(source, new JudgedStore(Shrunk), pullsAgain: false);

        Assert.Equal((1, 1), (source.Queries.Count, report.HeldDays));
    }

    [Fact]
    public void A_report_that_filters_by_status_itself_is_left_alone()
    {
        var report = InsightsReport.Daily(InsightsLevel.Ad) with { Filtering = [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE"])] };

        Assert.Same(report, ArchivedObjects.IncludedIn(report));
        Assert.False(ArchivedObjects.AddUp(report));
    }

    private static Task<RunReport> PullAsync(ScriptedSource source, JudgedStore store, InsightsLevel level = InsightsLevel.Ad, bool pullsAgain = true, EntityScope? entity = null) =>
        new InsightsPull(source, store, new ManualClock(), new InsightsPullOptions { PullsAgain = pullsAgain }).RunAsync(
            new PullRequest(Account, "tier", "test", new DateRange(Day, Day), [InsightsReport.Daily(level)]) { Entity = entity }, new AccessToken("t"), default);

    /// <summary>A store that says the scripted things of each pull.</summary>
    private sealed class JudgedStore(params DayFacts[] pulls) : IInsightsStore
    {
        private readonly Queue<DayFacts> _pulls = new(pulls);

        public List<string> Log { get; } = [];

        public List<SliceJudgement> Judgements { get; } = [];

        public DateOnly? ArchivedUntil { get; init; }

        public Task<SyncRun> BeginRunAsync(AdAccountKey account, string job, string trigger, DateRange window, long? requestedRun, CancellationToken cancellationToken)
        {
            var hints = ArchivedUntil is { } until
                ? InsightsReport.Defaults.ToImmutableDictionary(report => report.Name, _ => until)
                : ImmutableDictionary<string, DateOnly>.Empty;
            return Task.FromResult(new SyncRun(1, account, job, 1) { ArchivedUntil = hints });
        }

        public Task DiscardAsync(InsightsSlice slice, CancellationToken cancellationToken) => Note("discard");

        public Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken) => Note($"discard {from}..{until - 1}");

        public Task StageAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken) => Note("stage");

        public Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken)
        {
            Log.Add("examine");
            return Task.FromResult(new SliceEvidence([_pulls.Dequeue()]));
        }

        public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("What was judged is published by its judgement.");

        public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken)
        {
            Log.Add("publish");
            Judgements.Add(judgement);
            return Task.FromResult(new PublishCounts(expectedRows, expectedRows, 0, 0, 0));
        }

        public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken) => Task.CompletedTask;

        private Task Note(string what)
        {
            Log.Add(what);
            return Task.CompletedTask;
        }
    }
}
