using System.Collections.Immutable;

namespace MetaGrains.Core.Completeness;

/// <summary>
/// Decides whether a staged slice may be published: rows must not vanish from settled days because one answer was
/// partial, and rows must add up to the account's own total, or it is said what does not.
/// </summary>
public static class SliceJudge
{
    /// <summary>Judges a pull.</summary>
    /// <param name="pull">What was staged now.</param>
    /// <param name="before">What the first pull of this run had staged; null when this is the first.</param>
    /// <param name="mayPullAgain">Whether the caller can pull again. If not, what a second pull would have to confirm is held, or a gap.</param>
    public static SliceJudgement Judge(SliceEvidence pull, SliceEvidence? before, bool mayPullAgain)
    {
        var first = before?.Days.ToDictionary(day => day.Date);
        var days = pull.Days.Select(day => JudgeDay(day, first?.GetValueOrDefault(day.Date))).ToArray();
        if (before is null && mayPullAgain && days.Any(day => day.Doubtful))
            return new SliceJudgement { PullAgain = true };
        return new SliceJudgement
        {
            HeldDays = [.. days.Where(day => day.Held).Select(day => day.Date)],
            ReleasedDays = [.. pull.Days.Zip(days).Where(day => day.First.HeldBackKeys is not null && !day.Second.Held).Select(day => day.First.Date)],
            ArchivedUntil = before is null ? null : ArchivedObjects.NeededUntil(before, pull),
            Findings = [.. days.SelectMany(day => day.Findings)],
        };
    }

    private static DayJudgement JudgeDay(DayFacts day, DayFacts? first)
    {
        if (day is { Closed: true, MissingRows: > 0 } && !IsConfirmed(day, first))
        {
            var held = new CompletenessFinding(day.Date, "rows", day.HeldRows, day.StagedRows, CompletenessVerdict.Held) { HeldBackKeys = day.StagedKeys };
            return new DayJudgement(day.Date, Doubtful: true, Held: true, [held]);
        }

        if (day.AccountTotals is not { } total || !day.Over)
            return new DayJudgement(day.Date, Doubtful: false, Held: false, []);
        var findings = ImmutableArray.CreateBuilder<CompletenessFinding>();
        var doubtful = false;
        for (var metric = 0; metric < DayTotals.Metrics.Length; metric++)
        {
            var (expected, rows) = (total.Values[metric], day.StagedTotals.Values[metric]);
            var verdict = Compare(
                expected - rows, day.KnownUnattributed?.Values[metric],
                first?.AccountTotals is { } earlier ? earlier.Values[metric] - first.StagedTotals.Values[metric] : null);
            doubtful |= verdict == CompletenessVerdict.Gap;
            findings.Add(new CompletenessFinding(day.Date, DayTotals.Metrics[metric], expected, rows, verdict));
        }

        return new DayJudgement(day.Date, doubtful, Held: false, findings.ToImmutable());
    }

    // A day that is answered without any row was perhaps not answered at all: only another run's pull confirms that.
    private static bool IsConfirmed(DayFacts day, DayFacts? first) =>
        day.HeldBackKeys == day.StagedKeys
        || (day.StagedRows > 0 && first is not null && first.StagedKeys == day.StagedKeys && first.StagedRows == day.StagedRows);

    // More in the rows than in the account's total can be nothing that Meta hides: one of the two is old.
    private static CompletenessVerdict Compare(decimal difference, decimal? known, decimal? firstDifference) =>
        difference == 0 ? CompletenessVerdict.Match
        : difference > 0 && (difference == known || difference == firstDifference) ? CompletenessVerdict.Unattributed
        : CompletenessVerdict.Gap;

    private readonly record struct DayJudgement(DateOnly Date, bool Doubtful, bool Held, ImmutableArray<CompletenessFinding> Findings);
}
