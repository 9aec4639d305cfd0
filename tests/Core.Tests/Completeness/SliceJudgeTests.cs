using MetaGrains.Core.Completeness;

namespace MetaGrains.Core.Tests.Completeness;

public sealed class SliceJudgeTests
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    private static readonly DayFacts Whole = new(Day, Closed: true, StagedRows: 3, StagedKeys: 33, Totals(10), HeldRows: 3, MissingRows: 0)
    {
        Over = true, AccountTotals = Totals(10), KnownUnattributed = Totals(0),
    };

    private static readonly DayFacts Shrunk = Whole with { StagedRows = 2, StagedKeys = 22, StagedTotals = Totals(7), MissingRows = 1 };

    [Fact]
    public void A_whole_answer_that_adds_up_is_published_and_matches()
    {
        var judgement = Judge(Whole);

        Assert.False(judgement.PullAgain);
        Assert.Empty(judgement.HeldDays);
        Assert.Equal(["spend Match 0", "impressions Match 0", "clicks Match 0"], Findings(judgement));
    }

    [Fact]
    public void Fewer_rows_than_we_hold_of_a_settled_day_are_pulled_again() => Assert.True(Judge(Shrunk).PullAgain);

    [Fact]
    public void Fewer_rows_of_a_day_that_was_never_whole_are_nothing_to_doubt() =>
        Assert.False(Judge(Shrunk with { Closed = false, AccountTotals = null }).PullAgain);

    [Fact]
    public void A_second_pull_of_the_same_rows_confirms_that_the_others_are_gone()
    {
        var judgement = Judge(Shrunk, first: Shrunk);

        Assert.Empty(judgement.HeldDays);
        Assert.Equal(["spend Unattributed 3", "impressions Unattributed 300", "clicks Unattributed 30"], Findings(judgement));
    }

    [Fact]
    public void A_second_pull_of_other_rows_holds_the_day_and_keeps_what_was_read_for_a_later_run()
    {
        var judgement = Judge(Shrunk, first: Shrunk with { StagedRows = 1, StagedKeys = 11 });

        Assert.Equal(Day, Assert.Single(judgement.HeldDays));
        var held = Assert.Single(judgement.Findings);
        Assert.Equal(("rows", CompletenessVerdict.Held, 3m, 2m, 22L), (held.Metric, held.Verdict, held.AccountTotal, held.RowsTotal, held.HeldBackKeys!.Value));
    }

    [Fact]
    public void An_empty_answer_is_confirmed_by_another_run_alone()
    {
        var empty = Shrunk with { StagedRows = 0, StagedKeys = 0, StagedTotals = Totals(0), MissingRows = 3, AccountTotals = null };

        Assert.Equal(Day, Assert.Single(Judge(empty, first: empty).HeldDays));
        var later = Judge(empty with { HeldBackKeys = 0 });
        Assert.False(later.PullAgain);
        Assert.Empty(later.HeldDays);
        Assert.Single(later.ReleasedDays);
    }

    [Fact]
    public void The_rows_that_came_back_release_the_day()
    {
        var judgement = Judge(Whole with { HeldBackKeys = 22 });

        Assert.Equal(Day, Assert.Single(judgement.ReleasedDays));
        Assert.Empty(judgement.HeldDays);
    }

    [Fact]
    public void A_difference_that_a_second_pull_finds_again_is_unattributed_and_one_that_changes_a_gap()
    {
        var short3 = Whole with { StagedTotals = Totals(7) };

        Assert.True(Judge(short3).PullAgain);
        Assert.All(Judge(short3, first: short3).Findings, finding => Assert.Equal(CompletenessVerdict.Unattributed, finding.Verdict));
        Assert.All(Judge(short3, first: Whole with { StagedTotals = Totals(6) }).Findings, finding => Assert.Equal(CompletenessVerdict.Gap, finding.Verdict));
        Assert.All(Judge(Whole, first: short3).Findings, finding => Assert.Equal(CompletenessVerdict.Match, finding.Verdict));
    }

    [Fact]
    public void What_is_known_to_be_unattributed_needs_no_second_pull()
    {
        var judgement = Judge(Whole with { StagedTotals = Totals(7), KnownUnattributed = Totals(3) });

        Assert.False(judgement.PullAgain);
        Assert.All(judgement.Findings, finding => Assert.Equal(CompletenessVerdict.Unattributed, finding.Verdict));
    }

    [Fact]
    public void More_in_the_rows_than_in_the_total_is_a_gap_however_often_it_is_seen()
    {
        var over = Whole with { StagedTotals = Totals(12), KnownUnattributed = Totals(-2) };

        Assert.All(Judge(over, first: over).Findings, finding => Assert.Equal(CompletenessVerdict.Gap, finding.Verdict));
    }

    [Fact]
    public void A_day_that_is_not_over_or_has_no_total_is_not_compared()
    {
        Assert.Empty(Judge(Whole with { Over = false, StagedTotals = Totals(1) }).Findings);
        Assert.Empty(Judge(Whole with { AccountTotals = null, StagedTotals = Totals(1) }).Findings);
    }

    [Fact]
    public void Who_may_not_pull_again_holds_and_says_gap_at_once()
    {
        var judgement = SliceJudge.Judge(new SliceEvidence([Shrunk, Whole with { Date = Day.AddDays(1), StagedTotals = Totals(9) }]), before: null, mayPullAgain: false);

        Assert.False(judgement.PullAgain);
        Assert.Equal(Day, Assert.Single(judgement.HeldDays));
        Assert.Equal(3, judgement.Findings.Count(finding => finding.Verdict == CompletenessVerdict.Gap));
    }

    [Fact]
    public void Archived_objects_that_brought_rows_are_remembered_until_the_newest_of_their_days()
    {
        var next = Whole with { Date = Day.AddDays(1) };
        var without = new SliceEvidence([Whole with { StagedRows = 2 }, next]);

        Assert.Equal(Day, SliceJudge.Judge(new SliceEvidence([Whole, next]), without, mayPullAgain: true).ArchivedUntil);
        Assert.Null(SliceJudge.Judge(without, without, mayPullAgain: true).ArchivedUntil);
    }

    internal static DayTotals Totals(int spend) => new(spend, spend * 100, spend * 10);

    private static SliceJudgement Judge(DayFacts day, DayFacts? first = null) =>
        SliceJudge.Judge(new SliceEvidence([day]), first is null ? null : new SliceEvidence([first]), mayPullAgain: true);

    private static IEnumerable<string> Findings(SliceJudgement judgement) =>
        judgement.Findings.Select(finding => $"{finding.Metric} {finding.Verdict} {finding.Unattributed}");
}
