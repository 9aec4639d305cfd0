using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Sync;

/// <summary>Pulls of one object.</summary>
public sealed class EntityScopePullTests
{
    private static readonly AdAccountKey Account = new(new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")), AdAccountId.Parse("act_101"));
    private static readonly DateRange Window = new(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 2));
    private static readonly EntityScope Ad = new(InsightsLevel.Ad, "0");

    [Fact]
    public async Task Every_question_is_about_the_object_alone_archived_or_not_and_every_slice_says_so()
    {
        var (source, store) = (new ScriptedSource(), new RecordingStore());

        var report = await RunAsync(source, store);

        Assert.Equal((RunOutcome.Succeeded, null), (report.Outcome, report.ErrorMessage));
        Assert.All(source.Queries, query =>
        {
            var (filter, status) = (query.Report.Filtering[0], query.Report.Filtering[1]);
            Assert.Equal(("ad.id", "IN", "0"), (filter.Field, filter.Operator, Assert.Single(filter.Values)));
            Assert.Equal("ad.effective_status", status.Field);
            Assert.Contains("ARCHIVED", status.Values);
        });
        Assert.Equal(2, store.Published.Count);
        // The question of the report itself stays: a row is the same row, and no number differs for another question.
        Assert.All(store.Published, publish => Assert.Equal((Ad, true, null), (publish.Slice.Entity, publish.Slice.Report.Filtering.IsEmpty, publish.Slice.CursorAfter)));
    }

    [Fact]
    public async Task An_answer_with_rows_of_others_is_not_published()
    {
        var source = new ScriptedSource([.. Enumerable.Repeat(ScriptedSource.Whole(new ScriptedPage(0, 1), new ScriptedPage(1, 2)), 3)]);
        var store = new RecordingStore();

        var report = await RunAsync(source, store);

        Assert.Equal((RunOutcome.Failed, 3), (report.Outcome, source.Queries.Count));
        Assert.Equal("The answer has rows that are not of ad 0, which alone was asked for.", report.ErrorMessage);
        Assert.Empty(store.Published);
    }

    [Fact]
    public async Task How_it_is_asked_for_is_neither_taken_from_what_is_known_of_the_report_nor_added_to_it()
    {
        var memory = new UnusedMemory();

        await RunAsync(new ScriptedSource(), new RecordingStore(), memory);

        Assert.Equal(0, memory.Calls);
    }

    private static Task<RunReport> RunAsync(ScriptedSource source, RecordingStore store, IShapeMemory? memory = null) =>
        new InsightsPull(source, store, new ManualClock(), new InsightsPullOptions { SliceDays = 1 }, memory).RunAsync(
            new PullRequest(Account, "tier", "test", Window, [InsightsReport.Daily(InsightsLevel.Ad)]) { Entity = Ad, MovesCursor = false },
            new AccessToken("t"), default);

    private sealed class UnusedMemory : IShapeMemory
    {
        public int Calls { get; private set; }

        public ValueTask<LearnedShape?> FindAsync(AdAccountKey account, string report, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.FromResult<LearnedShape?>(null);
        }

        public ValueTask KeepAsync(AdAccountKey account, string report, LearnedShape learned, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.CompletedTask;
        }

        public ValueTask<IReadOnlyCollection<string>> ObjectsAsync(AdAccountKey account, InsightsLevel level, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.FromResult<IReadOnlyCollection<string>>([]);
        }
    }
}
