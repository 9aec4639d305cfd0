using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tests.Keys;
using MetaGrains.Testing;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Accounts and their tenant's budget live through days on one thread; nothing but their own timers wakes them.</summary>
public sealed class AccountsInVirtualTimeTests
{
    private const int CallsPerRun = 2;

    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, Actor> _actors = [];
    private readonly List<DateTimeOffset> _sent = [];
    private BudgetState _budget = null!;
    private ITimer? _budgetTimer;

    [Fact]
    public void Thirty_accounts_within_their_budget_are_all_as_fresh_as_their_tier_promises()
    {
        Live(accounts: 30, callsPerHour: 200, TimeSpan.FromDays(1));

        // The first hours read 7 days of every account in one go.
        Assert.All(_actors.Values, actor => Assert.InRange(actor.WorstGap(_time.GetUtcNow(), TimeSpan.FromHours(3)), TimeSpan.Zero, TimeSpan.FromMinutes(61)));
        Assert.InRange(WorstHour(), 30 * CallsPerRun, _budget.Rules.Cap);
    }

    [Fact]
    public void Twice_too_many_accounts_share_what_there_is_and_nobody_starves()
    {
        Live(accounts: 90, callsPerHour: 100, TimeSpan.FromHours(9));

        Assert.InRange(WorstHour(), (int)(0.9 * _budget.Rules.Cap), _budget.Rules.Cap);
        // A round of one job takes two hours; the objects of all accounts are read in between.
        Assert.All(_actors.Values, actor => Assert.InRange(actor.WorstGap(_time.GetUtcNow(), TimeSpan.FromHours(4)), TimeSpan.Zero, TimeSpan.FromHours(5)));
    }

    private void Live(int accounts, int callsPerHour, TimeSpan span)
    {
        _budget = TenantBudget.Restore(new BudgetRules { Mode = BudgetMode.Fixed, CallsPerHour = callsPerHour }, null, _time.GetUtcNow());
        foreach (var key in StableHashTests.Keys(accounts))
            _actors.Add(key.ToString(), new Actor(this, key, AccountModel.Settings()));
        _time.Advance(span);
    }

    private int WorstHour()
    {
        var (worst, first) = (0, 0);
        for (var last = 0; last < _sent.Count; last++)
        {
            while (_sent[last] - _sent[first] >= TimeSpan.FromHours(1))
                first++;
            worst = Math.Max(worst, last - first + 1);
        }

        return worst;
    }

    private BudgetAnswer Ask(BudgetRequest request)
    {
        var reply = TenantBudget.Ask(_budget, request, _time.GetUtcNow());
        _budget = reply.State;
        Do(reply.Effects);
        return reply.Answer;
    }

    private void Return(SyncEffect.ReturnPermits back) => Take(TenantBudget.Return(_budget, back.Grant.Id, back.Used, back.LastSentAt, _time.GetUtcNow()));

    private void Take(BudgetDecision decision)
    {
        _budget = decision.State;
        Do(decision.Effects);
    }

    private void Do(IEnumerable<BudgetEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is BudgetEffect.Wake wake)
                Soon(TimeSpan.FromMilliseconds(1), () => _actors[wake.Requester].Send(new SyncEvent.BudgetWoke(wake.Ticket)));
            if (effect is not BudgetEffect.SetWakeTimer timer)
                continue;
            _budgetTimer?.Dispose();
            _budgetTimer = timer.At is { } at ? Soon(at - _time.GetUtcNow(), () => Take(TenantBudget.Advance(_budget, _time.GetUtcNow()))) : null;
        }
    }

    private ITimer Soon(TimeSpan wait, Action action) =>
        _time.CreateTimer(_ => action(), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private sealed class Actor
    {
        private readonly AccountsInVirtualTimeTests _world;
        private readonly List<DateTimeOffset> _tierRuns = [];
        private AccountState _state;
        private ITimer? _timer;

        public Actor(AccountsInVirtualTimeTests world, AdAccountKey key, AccountSettings settings)
        {
            _world = world;
            var decision = SyncMachine.Activate(key, new StoredTruth(settings, null, [], [], null), Now);
            _state = decision.State;
            Do(decision.Effects);
        }

        private DateTimeOffset Now => _world._time.GetUtcNow();

        public TimeSpan WorstGap(DateTimeOffset end, TimeSpan warmUp)
        {
            var begin = new ManualTimeProvider().GetUtcNow() + warmUp;
            DateTimeOffset[] runs = [.. _tierRuns.Where(run => run >= begin), end];
            return runs.Zip(runs.Skip(1), (one, other) => other - one).Append(runs[0] - begin).Max();
        }

        public void Send(SyncEvent happened)
        {
            var decision = SyncMachine.Step(_state, happened, Now);
            _state = decision.State;
            Do(decision.Effects);
        }

        private void Do(IEnumerable<SyncEffect> effects)
        {
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case SyncEffect.AskBudget ask:
                        _world.Soon(TimeSpan.FromMilliseconds(1), () => Answer(ask.Request));
                        break;
                    case SyncEffect.StartRun start:
                        _world.Soon(TimeSpan.FromSeconds(20), () => End(start.Number, start.Grant));
                        break;
                    case SyncEffect.GivePermits more:
                        _world.Soon(TimeSpan.FromSeconds(20), () => End(more.Number, more.Grant));
                        break;
                    case SyncEffect.ReturnPermits back:
                        _world.Return(back);
                        break;
                    case SyncEffect.SetWakeTimer timer:
                        _timer?.Dispose();
                        _timer = timer.At is { } at ? _world.Soon(at - Now, () => Send(new SyncEvent.TimeAdvanced())) : null;
                        break;
                }
            }
        }

        private void Answer(BudgetRequest request) => Send(_world.Ask(request) switch
        {
            BudgetAnswer.Granted granted => new SyncEvent.GrantReceived(request.RequestId, granted),
            BudgetAnswer.Wait wait => new SyncEvent.GrantDenied(request.RequestId, wait),
            _ => throw new InvalidOperationException("A third kind of answer."),
        });

        // A run needs two calls; with a single permit it sends one and asks for another.
        private void End(long number, BudgetGrant grant)
        {
            var run = _state.Run!;
            var sends = Math.Min(grant.Permits, run.Epoch is null ? CallsPerRun : 1);
            _world._sent.AddRange(Enumerable.Repeat(Now, sends));
            if (run.Epoch is null && sends < CallsPerRun)
            {
                Send(new SyncEvent.RunStarted(number, number, 1));
                Send(new SyncEvent.PermitsNeeded(number, 1));
                return;
            }

            if (run.Plan.Job == SyncJob.Tier)
                _tierRuns.Add(Now);
            Send(new SyncEvent.RunSucceeded(number, new RunReport { Outcome = RunOutcome.Succeeded, Calls = CallsPerRun }, grant.Permits - sends, Now));
        }
    }
}
