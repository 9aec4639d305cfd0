using MetaGrains.Core.Budget;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.RateLimit;

namespace MetaGrains.Grains.Tests;

public sealed class BudgetKeeperTests
{
    private static readonly LimitScope Score = LimitScope.TryParse("score/act_1", out var scope) ? scope : throw new InvalidOperationException();

    [Fact]
    public async Task A_block_counts_though_it_cannot_be_stored_and_whoever_told_it_learns_that()
    {
        var keeper = new BudgetKeeper(new Unwritable(), TimeProvider.System, _ => { }, _ => { });
        keeper.Restore(new BudgetRules());
        var until = TimeProvider.System.GetUtcNow().AddMinutes(10);

        await Assert.ThrowsAsync<IOException>(() => keeper.RestrictAsync((state, now) => TenantBudget.Block(state, Score, until, now)));

        Assert.Equal(until, keeper.State.Ledger(Score).BlockedUntil);
    }

    [Fact]
    public void How_many_calls_a_window_has_forgotten_since_the_last_header_is_known_after_a_restart()
    {
        var ledger = new ScopeLedger { Scope = Score, OwnAtObservation = 40, Forgotten = 30, ForgottenAtObservation = 5 };

        var found = ScopeMemory.Of(ledger).ToLedger();

        Assert.Equal(25, found.Forgotten - found.ForgottenAtObservation);
    }

    private sealed class Unwritable : IPersistentState<BudgetMemory>
    {
        public BudgetMemory State { get; set; } = new();

        public string Etag => "";

        public bool RecordExists => false;

        public Task ReadStateAsync() => Task.CompletedTask;

        public Task ClearStateAsync() => Task.CompletedTask;

        public Task WriteStateAsync() => throw new IOException("PostgreSQL does not answer.");
    }
}
