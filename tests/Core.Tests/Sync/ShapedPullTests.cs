using System.Globalization;
using FsCheck.Fluent;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Time;
using MetaGrains.Testing;

namespace MetaGrains.Core.Tests.Sync;

/// <summary>Runs whose questions are too large, in virtual time.</summary>
public sealed class ShapedPullTests
{
    private static readonly AdAccountKey Account = new(new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")), AdAccountId.Parse("act_101"));
    private static readonly InsightsReport Report = InsightsReport.Daily(InsightsLevel.Ad);
    private static readonly DateRange Month = new(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 28));

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Days_that_are_too_many_are_cut_and_what_was_read_whole_is_read_once()
    {
        // The first piece of seven days fits, the second does not.
        var world = new ShapedWorld(Ads(2), (_, query) => query.Days.Days > (query.Days.Contains(Month.Until) ? 7 : 1) ? new TooLarge(Excess.Data) : null);

        var (report, store) = await RunAsync(world);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        AssertEveryRowOnce(store, Month, Ads(2));
        Assert.Equal(["2026-01-01..2026-01-28", "2026-01-22..2026-01-28", "2026-01-15..2026-01-21", "2026-01-21..2026-01-21"], world.Queries.Take(4).Select(query => $"{query.Days}"));
        // After eight answers it tried two days, once.
        Assert.Equal(1 + 1 + 1 + 21 + 1, world.Queries.Count);
        Assert.Equal("ad_daily: 1-day pieces", report.Shape);
    }

    [Fact]
    public async Task A_second_run_begins_with_what_fitted_and_is_refused_nothing()
    {
        var world = new ShapedWorld(Ads(4), (_, query) => query.Days.Days * Asked(query) > 4 ? new TooLarge(Excess.Data) : null) { PagesBefore = 1 };
        await RunAsync(world);
        var (before, kept) = (world.Queries.Count, world.Kept);

        var (report, store) = await RunAsync(world);

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.All(world.Queries.Skip(before), query => Assert.True(query.Days.Days * Asked(query) <= 4));
        AssertEveryRowOnce(store, Month, Ads(4));
        Assert.InRange(world.Kept - kept, 0, 1);

        int Asked(InsightsQuery query) => query.Report.Filtering.IsEmpty ? 4 : 2;
    }

    [Fact]
    public async Task A_crash_in_mid_run_goes_on_from_the_shape_that_the_refusal_taught()
    {
        var alive = false;
        var world = new ShapedWorld(Ads(2), (number, query) =>
            number == 2 && !alive ? throw new InvalidOperationException("The process dies.") : query.Days.Days > 7 ? new TooLarge(Excess.Data) : null);
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(world));

        alive = true;
        await RunAsync(world);

        Assert.Equal([28, 7, 7, 7, 7, 7], world.Queries.Select(query => query.Days.Days));
    }

    [Fact]
    public async Task One_day_that_is_too_large_is_cut_by_objects_and_objects_that_nobody_knew_are_read()
    {
        var ads = Ads(9);
        var world = new ShapedWorld(ads, (_, query) => query.Report.Filtering.IsEmpty ? new TooLarge(Excess.Pages) : null) { Known = [.. ads.Take(6)] };

        var (report, store) = await RunAsync(world, new DateRange(Month.Since, Month.Since.AddDays(2)));

        Assert.Equal("ad_daily: 1-day pieces, in 2 parts", report.Shape);
        AssertEveryRowOnce(store, new DateRange(Month.Since, Month.Since.AddDays(2)), ads);
    }

    [Fact]
    public async Task Only_the_field_that_cannot_be_fetched_is_missing_and_every_row_names_it()
    {
        var world = new ShapedWorld(Ads(1), (_, query) => query.Report.Fields.Contains("reach") ? new TooLarge(Excess.Data) : null);
        var days = new DateRange(Month.Since, Month.Since.AddDays(1));

        var (report, store) = await RunAsync(world, days);

        Assert.Equal("ad_daily: 1-day pieces by asynchronous report, without reach", report.Shape);
        AssertEveryRowOnce(store, days, Ads(1));
        Assert.All(store.Pages, page => Assert.Equal<string>(["reach"], page.Incomplete));
        Assert.Equal<string>(["reach"], world.Learned["ad_daily"].Shape.Lost);
    }

    [Fact]
    public async Task A_lost_field_gets_another_chance_after_a_week_and_not_before()
    {
        var unfetchable = true;
        var world = new ShapedWorld(Ads(1), (_, query) => unfetchable && query.Report.Fields.Contains("reach") ? new TooLarge(Excess.Data) : null);
        var day = new DateRange(Month.Since, Month.Since);
        await RunAsync(world, day);
        unfetchable = false;

        _time.Advance(TimeSpan.FromDays(6.9));
        var (early, _) = await RunAsync(world, day);
        _time.Advance(TimeSpan.FromDays(0.2));
        var (late, store) = await RunAsync(world, day);

        Assert.EndsWith("without reach", early.Shape, StringComparison.Ordinal);
        Assert.DoesNotContain("reach", late.Shape, StringComparison.Ordinal);
        Assert.All(store.Pages, page => Assert.Empty(page.Incomplete));
        Assert.Equal(_time.GetUtcNow(), world.Learned["ad_daily"].ForgivenAt);
    }

    [Fact]
    public async Task A_field_that_is_asked_for_no_more_is_forgotten_and_days_stay_within_the_slice()
    {
        var world = new ShapedWorld(Ads(1), (_, _) => null);
        world.Learned["ad_daily"] = new LearnedShape(
            new RequestShape { Days = 300, PageLimit = 9_000, Parts = 1, Suspects = ["video_views"], Trial = "video_views", Lost = ["ctr", "reach"] },
            _time.GetUtcNow(), null, 1, null);

        await RunAsync(world);

        Assert.Equal<string>(["reach"], world.Learned["ad_daily"].Shape.Lost);
        Assert.All(world.Queries, query => Assert.True(query.Days.Days <= 31 && query.PageLimit <= 500));
    }

    [Fact]
    public async Task A_breakdown_that_cannot_be_fetched_fails_the_slice_and_no_row_without_it_is_stored()
    {
        var world = new ShapedWorld(Ads(2), (_, query) => query.Report.Breakdowns.IsEmpty ? null : new TooLarge(Excess.Data));

        var (report, store) = await RunAsync(world, new DateRange(Month.Since, Month.Since), Report with { Name = "by_age", Breakdowns = ["age"] });

        Assert.Equal(RunOutcome.Failed, report.Outcome);
        Assert.Contains("Report by_age is too large even in its smallest form", report.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("The breakdown age cannot be fetched", report.ErrorMessage, StringComparison.Ordinal);
        Assert.IsType<TooLarge>(report.Refusal);
        Assert.Empty(store.Published);
    }

    [Theory]
    [InlineData(Excess.Unclear, false)]
    [InlineData(Excess.Time, true)]
    public async Task What_may_be_an_incident_and_no_matter_of_size_teaches_nothing_and_ends_soon(Excess excess, bool worthRereading)
    {
        var incident = true;
        var world = new ShapedWorld(Ads(2), (_, _) => incident ? new TooLarge(excess, worthRereading) : null);

        var (report, _) = await RunAsync(world);
        var asked = world.Queries.Count;
        incident = false;
        await RunAsync(world);

        Assert.Equal((RunOutcome.Failed, $"Too much: {excess}."), (report.Outcome, report.ErrorMessage));
        Assert.InRange(asked, 2, 5);
        Assert.Equal(Month, Assert.Single(world.Queries.Skip(asked)).Days);
    }

    [Fact]
    public async Task A_doubt_that_a_smaller_question_resolves_is_a_lesson()
    {
        var world = new ShapedWorld(Ads(2), (_, query) => query.Asynchronous ? null : new TooLarge(Excess.Time, worthRereading: true));

        await RunAsync(world);

        Assert.True(world.Learned["ad_daily"].Shape.Asynchronous);
    }

    [Fact]
    public async Task What_fits_grows_back_and_a_whole_report_is_not_written_down_run_by_run()
    {
        var world = new ShapedWorld(Ads(2), (number, _) => number == 0 ? new TooLarge(Excess.Data) : null);
        for (var run = 0; run < 30; run++)
            await RunAsync(world);
        var kept = world.Kept;
        for (var run = 0; run < 30; run++)
            await RunAsync(world);

        Assert.Equal((31, 1), (world.Learned["ad_daily"].Shape.Days, world.Learned["ad_daily"].Shape.Parts));
        Assert.Null(world.Learned["ad_daily"].Words);
        Assert.Equal(kept, world.Kept);
        Assert.Equal(2, world.Learned["ad_daily"].RowsPerDay);
    }

    [Fact]
    public async Task A_report_of_many_pages_is_asked_for_by_asynchronous_report_once_its_size_is_known()
    {
        var ads = Ads(600);
        var world = new ShapedWorld(ads, (_, _) => null);

        await RunAsync(world);
        await RunAsync(world);

        Assert.Equal([false, true], world.Queries.Select(query => query.Asynchronous));
    }

    [Fact]
    public void Whatever_is_refused_each_day_of_each_object_is_published_exactly_once_or_nothing_is() =>
        Properties.Holds(
            from days in Gen.Choose(1, 40)
            from ads in Gen.Choose(1, 12)
            from known in Gen.Choose(0, 12)
            from pages in Gen.Choose(0, 2)
            from refusals in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 5))).ArrayOf(60)
            select (days, ads, known, pages, refusals),
            sample =>
            {
                var ads = Ads(sample.ads);
                var world = new ShapedWorld(ads, (number, _) =>
                    number < sample.refusals.Length && sample.refusals[number] > 0 ? new TooLarge((Excess)sample.refusals[number], number % 7 == 0) : null)
                {
                    Known = [.. ads.Take(sample.known)],
                    PagesBefore = sample.pages,
                };
                var window = new DateRange(Month.Since, Month.Since.AddDays(sample.days - 1));

                var (report, store) = RunAsync(world, window).GetAwaiter().GetResult();

                Assert.True(world.Queries.Count < 5_000);
                if (report.Outcome == RunOutcome.Succeeded)
                    AssertEveryRowOnce(store, window, ads);
                Assert.All(store.Pages, page => Assert.All(ShapedWorld.Read(page), row => Assert.Equal(!row.Reach, page.Incomplete.Contains("reach"))));
            },
            tests: 200);

    private static string[] Ads(int count) => [.. Enumerable.Range(1, count).Select(ad => ad.ToString(CultureInfo.InvariantCulture))];

    private static void AssertEveryRowOnce(RecordingStore store, DateRange days, string[] ads)
    {
        var read = store.Pages.SelectMany(ShapedWorld.Read).Select(row => (row.Day, row.Ad)).ToArray();
        Assert.Equal(days.Days * ads.Length, read.Length);
        Assert.Equal(read.Length, read.Distinct().Count());
    }

    private async Task<(RunReport Report, RecordingStore Store)> RunAsync(ShapedWorld world, DateRange? window = null, InsightsReport? report = null)
    {
        var store = new RecordingStore();
        var pull = new InsightsPull(world, store, _time, new InsightsPullOptions(), world);
        return (await pull.RunAsync(new PullRequest(Account, "incremental", "test", window ?? Month, [report ?? Report]), new AccessToken("secret"), default), store);
    }
}
