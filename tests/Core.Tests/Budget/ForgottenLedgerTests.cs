using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

/// <summary>A scope that nobody uses any more is not kept for ever.</summary>
public sealed class ForgottenLedgerTests
{
    private static readonly DateTimeOffset Start = BudgetModel.Start;
    private static readonly LimitScope User = BudgetModel.User(0);

    [Fact]
    public void A_demand_that_is_but_a_rest_of_adding_and_taking_away_keeps_nothing()
    {
        var ledger = new ScopeLedger { Scope = User };

        Assert.True((ledger with { DemandPerHour = 0.1 + 0.2 - 0.3 }).IsForgotten(Start));
        Assert.False((ledger with { DemandPerHour = 0.01 }).IsForgotten(Start));
    }

    [Fact]
    public void What_a_block_has_taught_is_forgotten_a_window_after_it()
    {
        var blocked = new ScopeLedger { Scope = User }.Block(Start.AddMinutes(10), Start, TimeSpan.FromHours(1));

        Assert.False(blocked.IsForgotten(Start.AddMinutes(69)));
        Assert.True(blocked.IsForgotten(Start.AddMinutes(70)));
    }

    [Fact]
    public void Nobody_is_near_a_limit_any_more_when_the_window_has_forgotten_its_calls()
    {
        var model = new BudgetModel(new BudgetRules { Mode = BudgetMode.Fixed });
        while (model.Ask(BudgetModel.Request("a", Priority.High, 50, Start, User)) is BudgetAnswer.Granted)
        {
        }

        Assert.True(model.State.Ledger(User).Warned);

        var later = TenantBudget.Advance(TenantBudget.Withdraw(model.State, "a", Start).State, Start.AddHours(1.5)).State;
        Assert.False(TenantBudget.Advance(later, Start.AddHours(3)).State.Ledger(User).Warned);
    }

    [Fact]
    public void Nobody_is_near_a_limit_that_the_new_mode_does_not_count()
    {
        var model = new BudgetModel(new BudgetRules { Mode = BudgetMode.Fixed });
        while (model.Ask(BudgetModel.Request("a", Priority.High, 50, Start, User)) is BudgetAnswer.Granted)
        {
        }

        var meta = TenantBudget.Reconfigure(model.State, new BudgetRules { Mode = BudgetMode.Meta }, Start);
        var back = TenantBudget.Reconfigure(meta.State, new BudgetRules { Mode = BudgetMode.Fixed }, Start);

        Assert.True(model.State.Ledger(User).Warned);
        Assert.False(meta.State.Ledger(User).Warned);
        Assert.Single(back.Effects.OfType<BudgetEffect.Warn>());
    }

    [Fact]
    public void A_warning_that_was_written_down_ends_with_the_mode_that_gave_it()
    {
        var model = new BudgetModel(new BudgetRules { Mode = BudgetMode.Fixed });
        while (model.Ask(BudgetModel.Request("a", Priority.High, 50, Start, User)) is BudgetAnswer.Granted)
        {
        }

        var restored = TenantBudget.Restore(new BudgetRules { Mode = BudgetMode.Meta }, TenantBudget.Snapshot(model.State), Start);

        Assert.False(TenantBudget.Advance(restored, Start).State.Ledger(User).Warned);
    }
}
