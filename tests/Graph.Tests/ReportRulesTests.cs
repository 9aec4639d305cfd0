using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ReportRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, ReportStep.Wait)]
    [InlineData(119, ReportStep.Wait)]
    [InlineData(120, ReportStep.Resubmit)]
    public void A_run_that_Meta_does_not_know_is_young_at_first_and_lost_later(int seconds, ReportStep step) =>
        Assert.Equal(step, Decide(Run(), ReportState.Unknown, seconds).Step);

    [Fact]
    public void The_second_run_that_is_lost_makes_the_question_too_large() =>
        Assert.Equal(new ReportDecision(ReportStep.Shrink, Excess: Excess.Unclear), Decide(Run() with { Attempt = 2 }, ReportState.Unknown, 120));

    [Theory]
    [InlineData(ReportState.Queued)]
    [InlineData(ReportState.Running)]
    public void A_run_that_stands_still_for_ten_minutes_is_asked_for_again_and_then_too_large(ReportState state)
    {
        Assert.Equal(ReportStep.Wait, Decide(Run(), state, 599).Step);
        Assert.Equal(ReportStep.Resubmit, Decide(Run(), state, 600).Step);
        Assert.Equal(new ReportDecision(ReportStep.Shrink, Excess: Excess.Time), Decide(Run() with { Attempt = 2 }, state, 600));
    }

    [Fact]
    public void A_run_that_moves_may_take_an_hour_and_no_longer()
    {
        var run = Run();
        for (var minute = 1; minute < 60; minute++)
        {
            var status = new ReportStatus(ReportState.Running, minute);
            run = run.Seen(status, Start.AddMinutes(minute));
            Assert.Equal(ReportStep.Wait, ReportRules.Decide(run, status, Start.AddMinutes(minute)).Step);
        }

        Assert.Equal(ReportStep.Resubmit, ReportRules.Decide(run, new ReportStatus(ReportState.Running, 60), Start.AddMinutes(60)).Step);
    }

    [Fact]
    public void A_percentage_that_falls_is_no_progress()
    {
        var run = Run().Seen(new ReportStatus(ReportState.Running, 50), Start.AddMinutes(1));

        Assert.Equal((50, Start.AddMinutes(1)), Seen(run.Seen(new ReportStatus(ReportState.Running, 20), Start.AddMinutes(5))));
        Assert.Equal((50, Start.AddMinutes(1)), Seen(run.Seen(new ReportStatus(ReportState.Unanswered, 0), Start.AddMinutes(5))));
        Assert.Equal((51, Start.AddMinutes(5)), Seen(run.Seen(new ReportStatus(ReportState.Running, 51), Start.AddMinutes(5))));
    }

    [Theory]
    [InlineData(ReportFailure.Unexplained, 1, ReportStep.Resubmit)]
    [InlineData(ReportFailure.Transient, 1, ReportStep.Resubmit)]
    [InlineData(ReportFailure.Unexplained, 2, ReportStep.Shrink)]
    [InlineData(ReportFailure.Transient, 2, ReportStep.Shrink)]
    [InlineData(ReportFailure.TooLarge, 1, ReportStep.Shrink)]
    [InlineData(ReportFailure.Final, 1, ReportStep.GiveUp)]
    public void A_failure_is_answered_by_its_kind(ReportFailure kind, int attempt, ReportStep step) =>
        Assert.Equal(step, ReportRules.Decide(Run() with { Attempt = attempt }, new ReportStatus(ReportState.Failed, 0, Kind: kind), Start).Step);

    [Fact]
    public void A_skipped_run_is_asked_for_again() => Assert.Equal(ReportStep.Resubmit, Decide(Run(), ReportState.Skipped, 1).Step);

    [Fact]
    public void A_completed_run_is_read_however_long_it_took() => Assert.Equal(ReportStep.Read, Decide(Run(), ReportState.Completed, 100_000).Step);

    [Fact]
    public void A_poll_that_failed_is_repeated_unless_it_cannot_succeed()
    {
        Assert.Equal(ReportStep.Wait, Poll(ReportFailure.Transient, 0).Step);
        Assert.Equal(ReportStep.Resubmit, Poll(ReportFailure.Transient, 3600).Step);
        Assert.Equal(ReportStep.GiveUp, Poll(ReportFailure.Final, 0).Step);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(20, 2)]
    [InlineData(100, 10)]
    [InlineData(3000, 30)]
    public void Polls_become_rarer(int age, int wait) =>
        Assert.Equal(TimeSpan.FromSeconds(wait), ReportRules.PollAfter(Run(), Start.AddSeconds(age)));

    private static (int Percent, DateTimeOffset At) Seen(ReportRun run) => (run.Percent, run.ProgressAt);

    private static ReportDecision Poll(ReportFailure kind, int seconds) =>
        ReportRules.Decide(Run(), new ReportStatus(ReportState.Unanswered, 0, Kind: kind), Start.AddSeconds(seconds));

    private static ReportDecision Decide(ReportRun run, ReportState state, int seconds) =>
        ReportRules.Decide(run, new ReportStatus(state, 0), Start.AddSeconds(seconds));

    private static ReportRun Run() => new() { Id = "1", Account = Pages.Account, Question = "q", StartedAt = Start, ProgressAt = Start };
}
