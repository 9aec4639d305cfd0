using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Completeness;

public sealed class SliceJudgePropertyTests
{
    private static readonly DateOnly Start = new(2026, 3, 1);

    // Few values, so that equal sets and equal differences are common.
    private static readonly Gen<DayFacts> Day =
        from offset in Gen.Choose(0, 6)
        from closed in Gen.Elements(true, false)
        from over in Gen.Elements(true, false)
        from rows in Gen.Choose(0, 3)
        from keys in Gen.Choose(0, 2)
        from spend in Gen.Choose(0, 3)
        from missing in Gen.Choose(0, 2)
        from total in Gen.Choose(-1, 3)
        from known in Gen.Choose(0, 2)
        from heldBack in Gen.Choose(-1, 2)
        select new DayFacts(Start.AddDays(offset), closed, rows, rows == 0 ? 0 : keys, SliceJudgeTests.Totals(spend), rows + missing, missing)
        {
            Over = over,
            AccountTotals = total < 0 ? null : SliceJudgeTests.Totals(total),
            KnownUnattributed = SliceJudgeTests.Totals(known),
            HeldBackKeys = heldBack < 0 ? null : heldBack,
        };

    private static readonly Gen<(SliceEvidence First, SliceEvidence Second)> Pulls =
        from first in Day.ArrayOf(5)
        from second in Day.ArrayOf(5)
        from same in Gen.Elements(true, false)
        let before = Evidence(first)
        select (before, same ? before : Evidence(second));

    [Fact]
    public void No_row_vanishes_from_a_settled_day_on_the_word_of_one_pull() => Properties.Holds(Pulls, pulls =>
    {
        foreach (var judgement in new[] { SliceJudge.Judge(pulls.First, null, mayPullAgain: true), SliceJudge.Judge(pulls.First, null, mayPullAgain: false) })
        {
            foreach (var day in pulls.First.Days.Where(day => day is { Closed: true, MissingRows: > 0 } && day.HeldBackKeys != day.StagedKeys))
                Assert.True(judgement.PullAgain || judgement.HeldDays.Contains(day.Date));
        }
    });

    [Fact]
    public void No_settled_day_is_emptied_by_one_run() => Properties.Holds(Pulls, pulls =>
    {
        var judgement = SliceJudge.Judge(pulls.Second, pulls.First, mayPullAgain: true);

        foreach (var day in pulls.Second.Days.Where(day => day is { Closed: true, MissingRows: > 0, StagedRows: 0, HeldBackKeys: null }))
            Assert.Contains(day.Date, judgement.HeldDays);
    });

    [Fact]
    public void A_slice_is_pulled_twice_at_most_and_every_day_is_then_published_or_held() => Properties.Holds(Pulls, pulls =>
    {
        var judgement = SliceJudge.Judge(pulls.Second, pulls.First, mayPullAgain: true);

        Assert.False(judgement.PullAgain);
        Assert.All(judgement.HeldDays, held => Assert.Single(judgement.Findings, finding => finding.Date == held && finding.Verdict == CompletenessVerdict.Held));
        Assert.Empty(judgement.HeldDays.Intersect(judgement.ReleasedDays));
    });

    [Fact]
    public void The_same_pull_twice_leaves_no_gap_where_the_total_is_not_less_than_the_rows() => Properties.Holds(Pulls, pulls =>
    {
        var judgement = SliceJudge.Judge(pulls.First, pulls.First, mayPullAgain: true);

        Assert.All(judgement.Findings.Where(finding => finding.Verdict == CompletenessVerdict.Gap), gap => Assert.True(gap.Unattributed < 0));
    });

    [Fact]
    public void A_match_is_claimed_exactly_when_nothing_is_left_over() => Properties.Holds(Pulls, pulls =>
        Assert.All(
            SliceJudge.Judge(pulls.Second, pulls.First, mayPullAgain: true).Findings.Where(finding => finding.Verdict != CompletenessVerdict.Held),
            finding => Assert.Equal(finding.Unattributed == 0, finding.Verdict == CompletenessVerdict.Match)));

    [Fact]
    public void Judging_does_not_depend_on_the_days_beside_a_day() => Properties.Holds(Pulls, pulls =>
    {
        var whole = SliceJudge.Judge(pulls.Second, pulls.First, mayPullAgain: true);
        var apart = pulls.Second.Days.SelectMany(day => SliceJudge.Judge(new SliceEvidence([day]), pulls.First, mayPullAgain: true).Findings);

        Assert.Equal(whole.Findings, apart);
    });

    private static SliceEvidence Evidence(DayFacts[] days) => new([.. days.DistinctBy(day => day.Date).OrderBy(day => day.Date)]);
}
