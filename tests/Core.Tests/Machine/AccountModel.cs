using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Throttling;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>An account with what is stored of it, a pump and a budget that do what they are told. Checks after every event what always holds.</summary>
internal sealed class AccountModel
{
    private static readonly AccountHealth[] NotAfterSuccess =
        [AccountHealth.TokenDead, AccountHealth.Checkpointed, AccountHealth.PermissionLost, AccountHealth.AccountDisabled, AccountHealth.Parked, AccountHealth.MetaIncident];

    private ScheduleRow? _row;
    private AppliedState? _applied;
    private long _grants;

    public AccountModel(AccountSettings? settings = null)
    {
        Stored = settings ?? Settings();
        Activate();
    }

    public static AdAccountKey Key { get; } = new(new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e")), AdAccountId.Parse("20235"));

    /// <summary>The row in <c>ad_accounts</c>.</summary>
    public AccountSettings Stored { get; set; }

    public AccountState State { get; private set; } = null!;

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What the silo knows of incidents.</summary>
    public ImmutableArray<IncidentNotice> Incidents { get; private set; } = [];

    public Dictionary<SyncJob, DateOnly> Cursors { get; } = [];

    public List<SyncEffect> Effects { get; private set; } = [];

    public List<SyncEffect.StartRun> Started { get; } = [];

    /// <summary>Requests that were run or refused.</summary>
    public HashSet<long> Answered { get; } = [];

    public static AccountSettings Settings(string tier = "high")
    {
        Assert.True(AccountCalendar.TryCreate("Europe/Prague", out var calendar));
        return new AccountSettings
        {
            Version = "1",
            Enabled = true,
            TenantEnabled = true,
            Tier = Tier.Defaults.First(known => known.Name == tier),
            Calendar = calendar,
            Connection = new ConnectionKey(Guid.Parse("11111111-2222-3333-4444-555555555555")),
            App = new AppKey(7),
        };
    }

    /// <summary>The grain activates on another silo: memory is gone.</summary>
    public void Activate()
    {
        var truth = new StoredTruth(Stored, _row, [.. Cursors.Select(cursor => new JobCursor(cursor.Key, cursor.Value))], [], _applied);
        Take(SyncMachine.Activate(Key, truth with { Incidents = Incidents }, Now));
    }

    /// <summary>Somebody writes the row by SQL.</summary>
    public void WriteRow(Func<ScheduleRow, ScheduleRow> change) => _row = change(_row!);

    public AccountModel Send(SyncEvent happened)
    {
        Take(SyncMachine.Step(State, happened, Now));
        return this;
    }

    public AccountModel After(TimeSpan time)
    {
        Now += time;
        return Send(new SyncEvent.TimeAdvanced());
    }

    public AccountModel After(DateTimeOffset moment) => After(moment - Now);

    /// <summary>Incidents begin or end.</summary>
    public AccountModel See(params IncidentNotice[] incidents)
    {
        Incidents = [.. incidents];
        return Send(new SyncEvent.IncidentsSeen(Incidents));
    }

    /// <summary>The budget grants what is asked; a run begins, if one is to.</summary>
    public AccountModel Grant(int permits = 10)
    {
        var ask = Assert.IsType<PendingAsk>(State.Ask);
        return Send(new SyncEvent.GrantReceived(ask.Request.RequestId, new BudgetAnswer.Granted(new BudgetGrant(++_grants, permits, Now.AddMinutes(2)))));
    }

    public AccountModel Wait(TimeSpan time, WaitReason reason = WaitReason.LimitReached, DateTimeOffset? highOnlyUntil = null) =>
        Send(new SyncEvent.GrantDenied(State.Ask!.Request.RequestId, new BudgetAnswer.Wait(Now + time, 5, reason, null, highOnlyUntil)));

    public AccountModel Succeed(int calls = 3)
    {
        var run = State.Run!;
        if (run.Plan.MovesCursor && run.Plan.Job.ReadsInsights() && !(Cursors.GetValueOrDefault(run.Plan.Job) > run.Plan.Window.Until))
            Cursors[run.Plan.Job] = run.Plan.Window.Until;
        if (run.Request is { } request)
            Answered.Add(request.RunId);
        Send(new SyncEvent.RunSucceeded(run.Number, new RunReport { Outcome = RunOutcome.Succeeded, Calls = calls }, 4, Now));
        // Whatever Meta or a person had to mend is mended.
        Assert.DoesNotContain(State.Health.Health, NotAfterSuccess);
        return this;
    }

    public AccountModel Fail(FailureKind kind, LimitScope? scope = null, ThrottleFacts? facts = null, bool isOurs = false, string? report = null) =>
        Send(new SyncEvent.RunFailed(State.Run!.Number, new RunReport { Outcome = RunOutcome.Failed }, new RunFailure
        {
            Kind = kind,
            Message = "Meta refused.",
            Advice = "Do this.",
            IsOurs = isOurs,
            Report = report,
            IsBreakdown = report is not null,
            MayBeIncident = kind == FailureKind.Transient && !isOurs,
            Scope = scope,
            Throttle = facts,
            Jitter = 0,
        }, 0, Now));

    public SyncRequest Request(long id, SyncJob job = SyncJob.Incremental) => new() { RunId = id, Job = job, Trigger = "api", AskedAt = Now };

    /// <summary>Runs everything that is due.</summary>
    public AccountModel Settle()
    {
        for (var runs = 0; State.Ask is not null; runs++)
        {
            Assert.True(runs < 20, "The account does not come to rest.");
            Grant().Succeed();
        }

        return this;
    }

    private void Take(SyncDecision decision)
    {
        var before = State;
        State = decision.State;
        Effects = [.. decision.Effects];
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case SyncEffect.PersistSchedule persist:
                    _row = persist.Row;
                    break;
                case SyncEffect.PersistState persist:
                    _applied = persist.Applied;
                    break;
                case SyncEffect.RefuseRequest refused:
                    Answered.Add(refused.Request.RunId);
                    break;
                case SyncEffect.StartRun start:
                    CheckStart(before, start);
                    Started.Add(start);
                    break;
            }
        }

        Assert.Equal(_row, ScheduleRow.Of(State));
        Assert.True(_applied!.SameAs(AppliedState.Of(State)));
        Assert.True(State.WakeAt is null || State.WakeAt > Now);
        CheckHealth(before);
        var facts = SyncExplain.Explain(State, Now);
        Assert.Equal(FactTopic.Decision, facts[0].Topic);
        Assert.All(facts, fact => Assert.False(string.IsNullOrWhiteSpace(fact.Text)));
    }

    // Exactly one state, which has a sentence, keeps its beginning while it lasts, and ends by itself or by a person.
    private void CheckHealth(AccountState? before)
    {
        var health = State.Health;
        Assert.Contains(health.Health, AccountHealths.All);
        Assert.False(string.IsNullOrWhiteSpace(health.Reason));
        if (before?.Health.Health == health.Health)
            Assert.Equal(before.Health.Since, health.Since);
        if (health.Health is not (AccountHealth.Active or AccountHealth.Paused) && health.Owner != HealthOwner.Customer)
            Assert.NotNull(health.NextTry);
    }

    private void CheckStart(AccountState before, SyncEffect.StartRun start)
    {
        Assert.Null(before.Run);
        Assert.True(State.Settings.Wanted);
        Assert.True(State.Parked is null || State.Parked.NextTry <= Now);
        Assert.Null(State.Backoff.BlockOf(start.Plan.Job, Now));
        Assert.True(IncidentRest.Of(State, start.Plan.Job) is not { } incident || incident.Id == State.Probing);
        Assert.True(start.Grant.Until > Now);
        Assert.Equal(start.Number, State.Run!.Number);
        Assert.Null(State.Settings.Calendar.Refuse(start.Plan.Window, Now));
    }
}
