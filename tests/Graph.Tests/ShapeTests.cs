using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Shapes;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ShapeTests
{
    private static readonly InsightsReport Report = InsightsReport.Daily(InsightsLevel.Ad) with
    {
        Fields = ["impressions", "clicks", "spend", "reach", "actions", "action_values", "video_play_actions", "unique_clicks", "ctr"],
        Breakdowns = ["age", "gender"],
    };

    private static readonly ShapeLimits Limits = new(Report, Days: 28, PageLimit: 500);
    private static readonly Gen<Excess> AnyExcess = Gen.Elements(Excess.Page, Excess.Pages, Excess.Time, Excess.Data, Excess.Unclear);

    [Fact]
    public void Too_much_data_goes_down_by_days_then_async_then_parts()
    {
        var shapes = Falling(Excess.Data).ToArray();

        Assert.Equal([28, 7, 1, 1, 1, 1], shapes.Take(6).Select(shape => shape.Days));
        Assert.Equal([false, false, false, true, true, true], shapes.Take(6).Select(shape => shape.Asynchronous));
        Assert.Equal([1, 1, 1, 1, 2, 4], shapes.Take(6).Select(shape => shape.Parts));
        Assert.All(shapes, shape => Assert.Equal(500, shape.PageLimit));
    }

    [Fact]
    public void A_timeout_asks_asynchronously_first_and_a_page_shrinks_first()
    {
        Assert.Equal(Limits.First with { Asynchronous = true }, ShapeLadder.AfterFailure(Limits.First, Limits, Excess.Time));
        Assert.Equal(Limits.First with { PageLimit = 250 }, ShapeLadder.AfterFailure(Limits.First, Limits, Excess.Page));
    }

    [Fact]
    public void What_is_not_about_size_is_not_answered_by_size() =>
        Assert.Null(ShapeLadder.AfterFailure(Limits.First, Limits, Excess.None));

    [Fact]
    public void Whatever_fails_and_however_often_there_is_an_end() =>
        Holds(AnyExcess.ArrayOf(2_000), kinds =>
        {
            RequestShape? shape = Limits.First;
            var seen = new HashSet<RequestShape>();
            var steps = 0;
            while (shape is not null)
            {
                Assert.True(seen.Add(shape), "A shape came back: the ladder would never end.");
                Assert.True(steps < kinds.Length, "The ladder is too long.");
                shape = ShapeLadder.AfterFailure(shape, Limits, kinds[steps++]);
            }
        });

    [Fact]
    public void Nothing_is_left_out_before_the_request_cannot_be_smaller() =>
        Holds(AnyExcess.ArrayOf(60), kinds =>
        {
            var shape = Limits.First;
            foreach (var kind in kinds)
            {
                if (ShapeLadder.AfterFailure(shape, Limits, kind) is not { } next)
                    return;
                if (shape.Incomplete.IsEmpty && !next.Incomplete.IsEmpty)
                    Assert.Equal((1, ShapeLimits.MostParts), (shape.Days, shape.Parts));
                shape = next;
            }
        });

    [Fact]
    public void No_shape_asks_for_more_than_the_question_or_for_nothing() =>
        Holds(Gen.Elements(-1, 0, 1, 2, 3, 4, 5).ArrayOf(400), outcomes =>
        {
            var shape = Limits.First;
            foreach (var outcome in outcomes)
            {
                shape = outcome < 1 ? ShapeLadder.AfterSuccess(shape, Limits) : ShapeLadder.AfterFailure(shape, Limits, (Excess)outcome) ?? shape;
                Assert.InRange(shape.Days, 1, Limits.Days);
                Assert.InRange(shape.PageLimit, ShapeLimits.LeastPageLimit, Limits.PageLimit);
                Assert.InRange(shape.Parts, 1, ShapeLimits.MostParts);
                Assert.True(shape.Asks("impressions") && shape.Asks("clicks") && shape.Asks("spend"));
                Assert.InRange(shape.Patience, ShapeLadder.FirstPatience, ShapeLadder.LongestPatience);
            }
        });

    [Fact]
    public void Only_fields_that_cannot_be_fetched_stay_lost_and_the_rows_are_marked() =>
        Holds(Gen.SubListOf("reach", "actions", "action_values", "video_play_actions", "unique_clicks", "ctr"), poison =>
        {
            var shape = Limits.First;
            for (var step = 0; step < 100; step++)
            {
                var asked = Report.Fields.Where(shape.Asks).ToArray();
                shape = asked.Intersect(poison).Any()
                    ? ShapeLadder.AfterFailure(shape, Limits, Excess.Data) ?? throw new InvalidOperationException("It gave up.")
                    : ShapeLadder.AfterSuccess(shape, Limits);
            }

            Assert.Equal(poison.Order(StringComparer.Ordinal), shape.Incomplete);
            Assert.Equal(Report.Fields.Except(poison), Report.Fields.Where(shape.Asks));
            Assert.Equal(Report.Breakdowns, Report.Breakdowns.Where(shape.Asks));
        });

    [Fact]
    public void A_lost_field_is_tried_again_when_it_is_forgiven()
    {
        var lost = Limits.First with { Lost = ["reach", "ctr"] };

        var forgiven = ShapeLadder.Forgiven(lost, Limits);
        var first = ShapeLadder.AfterSuccess(forgiven, Limits);
        var second = ShapeLadder.AfterFailure(first, Limits, Excess.Data)!;

        Assert.Equal(("ctr", "reach"), (forgiven.Trial, first.Trial));
        Assert.Equal<string>(["reach"], second.Incomplete);
        Assert.Equal<string>(["reach"], second.Lost);
    }

    [Fact]
    public void Without_any_field_to_blame_it_gives_up_and_no_breakdown_is_ever_left_out()
    {
        var last = Falling(Excess.Data).Last();

        Assert.Empty(last.Lost);
        Assert.Equal<string>(["impressions", "clicks", "spend"], Report.Fields.Where(last.Asks));
    }

    [Fact]
    public void It_grows_back_one_rung_at_a_time_and_the_more_slowly_the_more_often_that_went_wrong()
    {
        var small = Limits.First with { Days = 1, Asynchronous = true };
        var steps = new List<int>();
        var shape = small;
        for (var round = 0; round < 4; round++)
        {
            var successes = 0;
            while (shape.Days == 1)
            {
                shape = ShapeLadder.AfterSuccess(shape, Limits);
                successes++;
            }

            steps.Add(successes);
            Assert.Equal(2, shape.Days);
            shape = ShapeLadder.AfterFailure(shape, Limits, Excess.Data)!;
            Assert.Equal(1, shape.Days);
        }

        Assert.Equal([8, 16, 32, 64], steps);
    }

    [Fact]
    public void What_always_fits_ends_up_whole_and_synchronous()
    {
        var shape = Falling(Excess.Data).First(fallen => fallen.Parts == 64);
        for (var answer = 0; answer < 2_000; answer++)
            shape = ShapeLadder.AfterSuccess(shape, Limits);

        Assert.Equal((28, 500, 1, false), (shape.Days, shape.PageLimit, shape.Parts, shape.Asynchronous));
        Assert.Empty(shape.Incomplete);
    }

    [Fact]
    public void An_accounts_total_is_never_cut_into_parts() =>
        Assert.All(Falling(Excess.Data, new ShapeLimits(Report with { Level = InsightsLevel.Account }, 28, 500)), shape => Assert.Equal(1, shape.Parts));

    [Fact]
    public void There_are_no_more_parts_than_objects() =>
        Assert.Equal(3, Falling(Excess.Data, Limits with { Objects = 3 }).Max(shape => shape.Parts));

    [Fact]
    public void The_requests_of_a_shape_ask_for_every_day_and_object_exactly_once_known_or_not() =>
        Holds(
            from days in Gen.Choose(1, 40)
            from step in Gen.Choose(1, 28)
            from parts in Gen.Elements(1, 2, 4, 8, 256)
            from known in Gen.Choose(0, 40)
            from unknown in Gen.Choose(0, 5)
            select (days, step, parts, known, unknown),
            sample =>
            {
                var window = new DateRange(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 1).AddDays(sample.days - 1));
                var known = Enumerable.Range(1, sample.known).Select(number => $"{number * 7}").ToArray();
                var all = known.Concat(Enumerable.Range(1, sample.unknown).Select(number => $"9{number}0")).ToArray();
                var shape = Limits.First with { Days = sample.step, Parts = sample.parts };

                var requests = ShapePlan.Of(Pages.Account, Report, window, shape, new KnownObjects(InsightsLevel.Ad, known)).ToArray();

                for (var day = window.Since; day <= window.Until; day = day.AddDays(1))
                {
                    foreach (var ad in all)
                        Assert.Single(requests, request => request.Days.Contains(day) && Passes(request, ad));
                }

                Assert.All(requests, request => Assert.InRange(request.Days.Days, 1, sample.step));
            },
            tests: 60);

    [Fact]
    public void The_requests_carry_the_shape_and_leave_out_what_it_leaves_out()
    {
        var shape = Limits.First with { Asynchronous = true, PageLimit = 62, Suspects = ["reach", "actions"], Trial = "actions", Lost = ["ctr"] };
        var filtered = Report with { Filtering = [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE"])] };

        var request = ShapePlan.Of(Pages.Account, filtered, Pages.Query().Days, shape with { Parts = 2 }, new KnownObjects(InsightsLevel.Ad, ["3", "1", "2"])).First();

        Assert.Equal((true, 62), (request.Asynchronous, request.PageLimit));
        Assert.Equal(Report.Breakdowns, request.Report.Breakdowns);
        Assert.DoesNotContain("ctr", request.Report.Fields);
        Assert.DoesNotContain("reach", request.Report.Fields);
        Assert.Contains("actions", request.Report.Fields);
        Assert.Equal(["ad.effective_status IN ACTIVE", "ad.id IN 1"], request.Report.Filtering.Select(filter => $"{filter.Field} {filter.Operator} {string.Join(',', filter.Values)}"));
    }

    private static IEnumerable<RequestShape> Falling(Excess excess, ShapeLimits? limits = null)
    {
        limits ??= Limits;
        for (var shape = limits.First; shape is not null; shape = ShapeLadder.AfterFailure(shape, limits, excess))
            yield return shape;
    }

    private static bool Passes(InsightsQuery request, string ad) => request.Report.Filtering.All(filter =>
        filter.Operator == "IN" ? filter.Values.Contains(ad) : !filter.Values.Contains(ad));

    private static void Holds<T>(Gen<T> values, Action<T> property, int tests = 200) =>
        Prop.ForAll(values.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(20261122, 1));
}
