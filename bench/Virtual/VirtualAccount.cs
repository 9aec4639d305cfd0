using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Bench.Virtual;

/// <summary>
/// What an account's grain and its pump are, in virtual time: a thin shell around <see cref="SyncMachine"/>. What the
/// machine stores survives; the rest dies with the silo.
/// </summary>
internal sealed class VirtualAccount(IAccountHost host, AdAccountKey key, AccountSettings settings, int number)
{
    private readonly Dictionary<SyncJob, DateOnly> _cursors = [];
    private readonly string _requester = key.ToString();
    private ScheduleRow? _row;
    private AppliedState? _applied;
    private DateTimeOffset? _wake;
    private DateTimeOffset? _ring;
    private int _life;
    private Pump? _pump;

    public int Number => number;

    public AdAccountKey Key => key;

    public string Requester => _requester;

    public AccountSettings Settings { get; private set; } = settings;

    /// <summary>What its grain remembers; null while no silo has it.</summary>
    public AccountState? State { get; private set; }

    /// <summary>Counts its activations.</summary>
    public int Life => _life;

    /// <summary>When it is due as far as SQL says; null when it never is.</summary>
    public DateTimeOffset? DueAt => _row?.NextDueAt;

    public LimitScope User => LimitScope.User(Settings.Connection!.Value);

    /// <summary>The grain is activated, if it is not: by a reminder, a sweep or a call.</summary>
    public void Activate()
    {
        if (State is not null)
            return;
        _life++;
        Take(SyncMachine.Activate(key, new StoredTruth(
            Settings, _row, [.. _cursors.Select(cursor => new JobCursor(cursor.Key, cursor.Value))], [], _applied), host.Clock));
    }

    /// <summary>The silo dies, with the pump and everything that was not stored.</summary>
    public void Crash()
    {
        (State, _pump, _wake) = (null, null, null);
        _life++;
    }

    public void Send(SyncEvent happened)
    {
        if (State is null)
            Activate();
        else
            Take(SyncMachine.Step(State, happened, host.Clock));
    }

    /// <summary>People have changed the settings.</summary>
    public void Apply(AccountSettings changed)
    {
        Settings = changed;
        Send(new SyncEvent.SettingsChanged(changed));
    }

    /// <summary>The budget's answer arrives, unless the activation that asked is gone.</summary>
    public void Answered(int life, BudgetRequest request, BudgetAnswer? answer)
    {
        if (life != _life)
            return;
        Send(answer switch
        {
            BudgetAnswer.Granted granted => new SyncEvent.GrantReceived(request.RequestId, granted),
            BudgetAnswer.Wait wait => new SyncEvent.GrantDenied(request.RequestId, wait),
            _ => new SyncEvent.AskFailed(request.RequestId),
        });
    }

    /// <summary>The budget says that a grant is void.</summary>
    public void Void(long grant) => _pump?.Void(grant);

    private void Take(SyncDecision decision)
    {
        State = decision.State;
        foreach (var effect in decision.Effects)
            Do(effect);
    }

    private void Do(SyncEffect effect)
    {
        switch (effect)
        {
            case SyncEffect.PersistSchedule schedule:
                _row = schedule.Row;
                break;
            case SyncEffect.PersistState state:
                _applied = state.Applied;
                break;
            case SyncEffect.AskBudget ask:
                host.Ask(this, ask.Request);
                break;
            case SyncEffect.StartRun start:
                _pump = new Pump(this, host, start, host.CallsOf(this, start));
                Soon(TimeSpan.Zero, _pump.Begin);
                break;
            case SyncEffect.GivePermits more when _pump?.Number == more.Number:
                _pump.Give(more.Grant);
                break;
            case SyncEffect.CancelRun cancel when _pump?.Number == cancel.Number:
                _pump.Cancel();
                break;
            case SyncEffect.ReturnPermits back:
                host.Return(back.Grant, back.Used, back.LastSentAt);
                break;
            case SyncEffect.ReportUsage usage:
                host.Block(usage.Block);
                break;
            case SyncEffect.SetWakeTimer timer:
                SetTimer(timer.At);
                break;
            case SyncEffect.Reload:
                Crash();
                host.Time.In(TimeSpan.FromSeconds(1), Activate);
                break;
        }
    }

    private void SetTimer(DateTimeOffset? at)
    {
        _wake = at is { } moment ? host.Time.Now + (moment > host.Clock ? moment - host.Clock : TimeSpan.Zero) : null;
        Arm();
    }

    // A timer that is set to later rings as it was set and looks again: most are moved many times before they ring.
    private void Arm()
    {
        if (_wake is not { } wake || _ring <= wake)
            return;
        _ring = wake;
        host.Time.At(wake, () => Ring(wake));
    }

    private void Ring(DateTimeOffset planned)
    {
        if (_ring != planned)
            return;
        _ring = null;
        if (_wake <= host.Time.Now)
        {
            _wake = null;
            Send(new SyncEvent.TimeAdvanced());
        }

        Arm();
    }

    private void Soon(TimeSpan wait, Action action)
    {
        var life = _life;
        host.Time.In(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, () =>
        {
            if (life == _life)
                action();
        });
    }

    private void Publish(SyncEffect.StartRun run)
    {
        if (run.Plan.MovesCursor)
            _cursors[run.Plan.Job] = _cursors.TryGetValue(run.Plan.Job, out var reached) && reached > run.Plan.Window.Until ? reached : run.Plan.Window.Until;
        host.Published(this, run);
    }

    /// <summary>One run: call after call, each with a permit.</summary>
    private sealed class Pump(VirtualAccount account, IAccountHost host, SyncEffect.StartRun run, int calls)
    {
        private readonly List<ScopeUsage> _usages = [];
        private BudgetGrant _grant = run.Grant;
        private int _left = run.Grant.Permits;
        private DateTimeOffset? _lastSentAt;
        private int _done;
        private bool _void;
        private bool _cancelled;

        public long Number => run.Number;

        public void Begin()
        {
            account.Send(new SyncEvent.RunStarted(Number, Number, Number));
            Next();
        }

        public void Give(BudgetGrant grant)
        {
            (_grant, _left, _void) = (grant, grant.Permits, false);
            Next();
        }

        public void Void(long grant) => _void |= _grant.Id == grant;

        public void Cancel() => _cancelled = true;

        private void Next()
        {
            if (_cancelled)
            {
                End(new SyncEvent.RunCancelled(Number, _left, _lastSentAt));
                return;
            }

            if (_left == 0 || _void || host.Clock >= _grant.Until)
            {
                Tell();
                host.Return(_grant, _grant.Permits - _left, _lastSentAt);
                _left = 0;
                account.Send(new SyncEvent.PermitsNeeded(Number, calls - _done));
                return;
            }

            (_left, _lastSentAt) = (_left - 1, host.Clock);
            var result = host.Call(account, run.Plan.Job);
            account.Soon(host.CallTime, () => Answered(result));
        }

        private void Answered(CallResult result)
        {
            if (result.Failure is null)
                _usages.AddRange(Notices(result.Answer));
            if (result.Failure is { } failure)
                End(Failed(new RunFailure { Kind = failure, Message = "Meta has an incident.", Jitter = host.Chance() }));
            else if (!result.Answer.IsServed)
                End(Failed(Throttled(result.Answer)));
            else if (++_done < calls)
                Next();
            else
                Succeed();
        }

        private void Succeed()
        {
            var life = account.Life;
            account.Publish(run);
            // The silo may have died right after the commit: then the machine never hears of it.
            if (life == account.Life)
                End(new SyncEvent.RunSucceeded(Number, new RunReport { Outcome = RunOutcome.Succeeded, Calls = calls }, _left, _lastSentAt));
        }

        private SyncEvent.RunFailed Failed(RunFailure failure) =>
            new(Number, new RunReport { Outcome = RunOutcome.Failed, RateLimited = failure.Throttle is not null }, failure, _left, _lastSentAt);

        private RunFailure Throttled(VirtualAnswer answer)
        {
            var refusal = answer.Refusal!;
            var stated = answer.Usage.RegainMinutes > 0 ? TimeSpan.FromMinutes(answer.Usage.RegainMinutes) : (TimeSpan?)null;
            return new RunFailure
            {
                Kind = FailureKind.Throttled,
                Message = refusal.Message,
                Code = refusal.Code,
                Subcode = refusal.Subcode,
                Throttle = new ThrottleFacts(refusal.Code, refusal.Subcode, stated, AccessTier.Standard),
                Scope = ScopeOf(refusal.Code, refusal.Subcode),
                Jitter = host.Chance(),
            };
        }

        private LimitScope? ScopeOf(int code, int? subcode) => (code, subcode) switch
        {
            (17, null) => account.User,
            (4, _) => LimitScope.Insights(account.Settings.App!.Value),
            (17 or 613, _) => LimitScope.Score(account.Key.Account),
            (80_000, _) => UseCase,
            _ => null,
        };

        private LimitScope UseCase =>
            LimitScope.UseCaseOf(account.Key.Account, run.Plan.Job.ReadsInsights() ? LimitScope.AdsInsights : LimitScope.AdsManagement);

        private IEnumerable<ScopeUsage> Notices(VirtualAnswer answer) => VirtualMeta.Notices(
            answer.Usage, run.Plan.Job.ReadsInsights() ? LimitScope.Insights(account.Settings.App!.Value) : null,
            UseCase, LimitScope.Score(account.Key.Account), host.Clock);

        private void End(SyncEvent ended)
        {
            Tell();
            account._pump = null;
            account.Send(ended);
        }

        private void Tell()
        {
            if (_usages.Count > 0)
                host.Observe(LastOfEach());
            _usages.Clear();
        }

        // A later statement says all that an earlier one did.
        private ImmutableArray<ScopeUsage> LastOfEach() =>
            _usages.Count <= 3 ? [.. _usages] : [.. _usages.TakeLast(3)];
    }
}
