using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Tests.Machine;

/// <summary>Whoever stands in the budget's queue is woken, and asks by itself when its wake was lost.</summary>
public sealed class WakeGraceTests
{
    [Theory]
    [InlineData("low", 5, 30)]
    [InlineData("low", 0, 0)]
    [InlineData("high", 5, 0)]
    public void Who_has_a_place_asks_half_a_minute_later_than_it_was_told_and_high_leaves_nothing_to_chance(string tier, long ticket, int grace)
    {
        var model = new AccountModel(AccountModel.Settings(tier));
        while (model.State.Ask is not null)
            model.Grant().Succeed();
        model.After(model.State.NextDueAt!.Value - model.Now);
        var first = model.State.Ask!.Request;
        Assert.Equal(tier == "high" ? Priority.High : Priority.Low, first.Priority);
        model.Send(new SyncEvent.GrantDenied(first.RequestId, new BudgetAnswer.Wait(model.Now.AddMinutes(1), ticket, WaitReason.LimitReached, null)));

        model.After(TimeSpan.FromSeconds(60 + grace - 1));
        Assert.Empty(model.Effects.OfType<SyncEffect.AskBudget>());
        model.After(TimeSpan.FromSeconds(1));

        Assert.True(Assert.Single(model.Effects.OfType<SyncEffect.AskBudget>()).Request.RequestId > first.RequestId);
    }
}
