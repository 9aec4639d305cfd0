using System.Collections.Immutable;
using MetaGrains.Core.Budget;

namespace MetaGrains.Grains.RateLimit;

/// <summary>
/// The state of a budget in a grain: what is to be stored is stored before the state counts, so when that fails the
/// caller learns it and nothing was given; what only restricts counts at once. Used in turns only.
/// </summary>
/// <param name="memory">Where it is stored.</param>
/// <param name="clock">The time.</param>
/// <param name="setTimer">Makes the grain's timer; null stops it.</param>
/// <param name="act">Does what is neither storing nor a timer.</param>
internal sealed class BudgetKeeper(
    IPersistentState<BudgetMemory> memory, TimeProvider clock, Action<TimeSpan?> setTimer, Action<BudgetEffect> act)
{
    private BudgetState _state = null!;
    private Task _before = Task.CompletedTask;

    public BudgetState State => _state;

    public DateTimeOffset Now => clock.GetUtcNow();

    public void Restore(BudgetRules rules) =>
        _state = TenantBudget.Restore(rules, memory.RecordExists ? memory.State.ToSnapshot() : null, Now);

    public Task<BudgetAnswer> AskAsync(BudgetRequest request) => InOrder(async () =>
    {
        var reply = TenantBudget.Ask(_state, request, Now);
        await CommitAsync(reply.State, reply.Effects);
        return reply.Answer;
    });

    /// <summary>Takes a decision on the state as it is.</summary>
    public Task DecideAsync(Func<BudgetState, DateTimeOffset, BudgetDecision> decide) => InOrder(async () =>
    {
        var decision = decide(_state, Now);
        await CommitAsync(decision.State, decision.Effects);
        return decision;
    });

    /// <summary>
    /// Takes a decision that only restricts. It counts even when it cannot be stored, which the caller learns all the same:
    /// what Meta refuses now it refuses whether or not PostgreSQL answers.
    /// </summary>
    public Task RestrictAsync(Func<BudgetState, DateTimeOffset, BudgetDecision> decide) => InOrder(async () =>
    {
        var decision = decide(_state, Now);
        Take(decision.State, decision.Effects);
        await StoreAsync(decision.Effects);
        return decision;
    });

    // What the app's budget answers comes between turns: it must not meet a state that is being written.
    private async Task<TResult> InOrder<TResult>(Func<Task<TResult>> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = _before;
        _before = done.Task;
        try
        {
            await before;
            return await work();
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task CommitAsync(BudgetState next, ImmutableArray<BudgetEffect> effects)
    {
        await StoreAsync(effects);
        Take(next, effects);
    }

    private async Task StoreAsync(ImmutableArray<BudgetEffect> effects)
    {
        foreach (var persist in effects.OfType<BudgetEffect.Persist>())
        {
            memory.State = BudgetMemory.Of(persist.Snapshot);
            await memory.WriteStateAsync();
        }
    }

    private void Take(BudgetState next, ImmutableArray<BudgetEffect> effects)
    {
        _state = next;
        foreach (var effect in effects)
        {
            if (effect is BudgetEffect.SetWakeTimer timer)
                setTimer(timer.At is not { } at ? null : at > Now ? at - Now : TimeSpan.Zero);
            else
                act(effect);
        }
    }
}
