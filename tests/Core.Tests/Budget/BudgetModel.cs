using System.Collections.Immutable;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

/// <summary>
/// A budget in use, with what the model knows better: every permit that was handed out, and when it may have been used.
/// A permit counts as used at the last moment that the caller said or, where nothing was said, anywhere in its grant.
/// </summary>
internal sealed class BudgetModel(BudgetRules rules)
{
    private BudgetSnapshot? _written;
    private long _request;

    public BudgetState State { get; private set; } = TenantBudget.Restore(rules, null, Start);

    public static DateTimeOffset Start { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; private set; } = Start;

    /// <summary>Grants that the callers hold, with their scopes.</summary>
    public List<(BudgetGrant Grant, BudgetRequest Request)> Held { get; } = [];

    /// <summary>Sends, each with its user.</summary>
    public List<(DateTimeOffset At, LimitScope User, int Count)> Sent { get; } = [];

    public List<BudgetEffect> Effects { get; } = [];

    public static LimitScope User(int n) => new(LimitKind.User, $"user{n}");

    public static BudgetRequest Request(string requester, Priority priority, int wanted, DateTimeOffset dueAt, params LimitScope[] scopes) => new()
    {
        Requester = requester,
        RequestId = 0,
        Priority = priority,
        Wanted = wanted,
        DueAt = dueAt,
        Scopes = [.. scopes],
    };

    public BudgetAnswer Ask(BudgetRequest request)
    {
        var asked = request with { RequestId = ++_request };
        var reply = TenantBudget.Ask(State, asked, Now);
        Take(reply.State, reply.Effects);
        if (reply.Answer is BudgetAnswer.Granted granted)
        {
            Assert.InRange(granted.Grant.Permits, 1, request.Wanted);
            Assert.True(granted.Grant.Until > Now);
            Assert.All(request.Scopes, scope => Assert.False(State.Ledger(scope).IsBlocked(Now)));
            Held.Add((granted.Grant, asked));
        }
        else
        {
            Assert.True(((BudgetAnswer.Wait)reply.Answer).Until > Now);
        }

        return reply.Answer;
    }

    /// <summary>Uses some permits now and gives the grant back, in time or too late.</summary>
    public void Return(int index, int used)
    {
        if (Held.Count == 0)
            return;
        var (grant, request) = Held[index % Held.Count];
        Held.RemoveAt(index % Held.Count);
        var sent = Now < grant.Until ? Math.Min(used, grant.Permits) : 0;
        Send(Now, request, sent);
        if (Now >= grant.Until)
            Send(grant.Until, request, grant.Permits);
        Take(TenantBudget.Return(State, grant.Id, sent, Now, Now));
    }

    public void Advance(TimeSpan by)
    {
        Now += by;
        // Who does not give back has used everything, at the worst moment.
        foreach (var (grant, request) in Held.Where(held => held.Grant.Until <= Now).ToArray())
            Send(grant.Until, request, grant.Permits);
        Held.RemoveAll(held => held.Grant.Until <= Now);
        Take(TenantBudget.Advance(State, Now));
    }

    /// <summary>The memory is gone; callers go on with what they hold.</summary>
    public void Crash() => State = TenantBudget.Restore(rules, _written, Now);

    /// <summary>A requester is not waited for any more, as after its time has run out.</summary>
    public void Forget(string requester) => State = TenantBudget.Withdraw(State, requester, Now).State;

    public void Close() => Take(TenantBudget.Close(State, Now));

    public void Block(LimitScope scope, TimeSpan length) => Take(TenantBudget.Block(State, scope, Now + length, Now));

    public void Observe(params ScopeUsage[] usages) => Take(TenantBudget.Observe(State, [.. usages], Now));

    /// <summary>The most that a user sent in any hour, grants that are still held counted at their deadline.</summary>
    public int WorstHour(LimitScope user)
    {
        var sent = Sent.Concat(Held.Select(held => (At: held.Grant.Until, User: UserOf(held.Request), Count: held.Grant.Permits)))
            .Where(send => send.User == user && send.Count > 0).ToArray();
        return sent.Select(first => sent.Where(other => other.At >= first.At && other.At < first.At + TimeSpan.FromHours(1)).Sum(other => other.Count))
            .DefaultIfEmpty(0).Max();
    }

    private void Send(DateTimeOffset at, BudgetRequest request, int count) => Sent.Add((at, UserOf(request), count));

    private static LimitScope UserOf(BudgetRequest request) => request.Scopes.First(scope => scope.Kind == LimitKind.User);

    private void Take(BudgetDecision decision) => Take(decision.State, decision.Effects);

    private void Take(BudgetState state, ImmutableArray<BudgetEffect> effects)
    {
        State = state;
        foreach (var persist in effects.OfType<BudgetEffect.Persist>())
            _written = persist.Snapshot;
        Effects.AddRange(effects);
    }
}
