using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

public sealed class TenantBudgetTests
{
    private static readonly BudgetRules Fixed = new() { Mode = BudgetMode.Fixed };
    private static readonly LimitScope User = BudgetModel.User(0);

    [Fact]
    public void Fixed_means_180_of_200_with_a_warning_at_162_and_a_reserve_for_high()
    {
        var model = new BudgetModel(Fixed);

        var low = Drain(model, Priority.Low);
        var high = Drain(model, Priority.High);

        Assert.Equal((180, 162), (Fixed.Cap, Fixed.WarnAt));
        Assert.Equal((162, 18), (low, high));
        Assert.Equal([new BudgetEffect.Warn(User, 162, 180)], model.Effects.OfType<BudgetEffect.Warn>());
    }

    [Fact]
    public void What_was_given_is_free_again_an_hour_after_it_was_used()
    {
        var model = new BudgetModel(Fixed);
        Drain(model, Priority.High);
        while (model.Held.Count > 0)
            model.Return(0, 100);

        model.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User)));
        model.Advance(TimeSpan.FromSeconds(1) + Fixed.Bucket);
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User)));
    }

    [Fact]
    public void A_return_before_the_deadline_credits_and_a_late_one_does_not()
    {
        var model = new BudgetModel(Fixed);
        var early = Granted(model.Ask(BudgetModel.Request("a", Priority.High, 10, model.Now, User)));
        var late = Granted(model.Ask(BudgetModel.Request("b", Priority.High, 10, model.Now, User)));

        var credited = TenantBudget.Return(model.State, early.Id, 3, model.Now, model.Now.AddSeconds(1)).State;
        Assert.Equal(13, credited.Ledger(User).Charged(model.Now));
        var expired = TenantBudget.Return(credited, late.Id, 0, null, late.Until).State;
        Assert.Equal(13, expired.Ledger(User).Charged(model.Now));
        Assert.Equal(expired, TenantBudget.Return(expired, 4711, 0, null, model.Now).State);
    }

    [Fact]
    public void A_request_that_is_sent_again_gets_the_grant_that_it_has()
    {
        var model = new BudgetModel(Fixed);
        var request = BudgetModel.Request("a", Priority.High, 10, model.Now, User);

        var first = TenantBudget.Ask(model.State, request, model.Now);
        var second = TenantBudget.Ask(first.State, request, model.Now.AddSeconds(5));

        Assert.Equal(first.Answer, second.Answer);
        Assert.Equal(10, second.State.Ledger(User).Charged(model.Now));
    }

    [Fact]
    public void A_block_is_written_before_any_of_it_is_handed_out_and_once_for_all_of_it()
    {
        var model = new BudgetModel(Fixed);

        for (var n = 0; n < 4; n++)
            model.Ask(BudgetModel.Request($"r{n}", Priority.High, 5, model.Now, User));

        var written = Assert.Single(model.Effects.OfType<BudgetEffect.Persist>()).Snapshot;
        Assert.Equal(20, written.ChargedThrough.Count);
        Assert.Empty(written.Ledgers);
        model.Crash();
        Assert.Equal(160, Drain(model, Priority.High));
    }

    [Fact]
    public void A_budget_that_was_closed_in_order_loses_nothing()
    {
        var model = new BudgetModel(Fixed);
        model.Ask(BudgetModel.Request("a", Priority.High, 5, model.Now, User));

        model.Close();
        model.Crash();

        Assert.Equal(175, Drain(model, Priority.High));
    }

    [Fact]
    public void Room_goes_to_the_highest_rank_then_to_the_oldest_and_a_wake_tells_it()
    {
        var model = new BudgetModel(Fixed);
        Drain(model, Priority.High);
        foreach (var (name, priority, age) in new[] { ("low", Priority.Low, 9), ("young", Priority.Medium, 1), ("old", Priority.Medium, 5), ("high", Priority.High, 0) })
            Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request(name, priority, 20, model.Now.AddMinutes(-age), User)));

        model.Effects.Clear();
        model.Return(0, 0);
        Assert.Equal(["high"], Woken(model));
        model.Return(0, 0);
        Assert.Equal(["high", "old"], Woken(model));
        Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("young", Priority.Medium, 20, model.Now.AddMinutes(-1), User)));
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("high", Priority.High, 20, model.Now, User)));
    }

    [Fact]
    public void Who_does_not_come_when_woken_holds_nobody_up()
    {
        var model = new BudgetModel(Fixed);
        Drain(model, Priority.High);
        model.Ask(BudgetModel.Request("gone", Priority.High, 50, model.Now.AddMinutes(-5), User));
        model.Ask(BudgetModel.Request("next", Priority.High, 50, model.Now, User));
        model.Return(0, 0);

        Assert.Equal(WaitReason.Queue, Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("next", Priority.High, 50, model.Now, User))).Reason);
        model.Advance(Fixed.WakePatience);
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("next", Priority.High, 50, model.Now, User)));
    }

    [Fact]
    public void Four_intervals_overdue_a_request_ranks_with_high()
    {
        var model = new BudgetModel(Fixed);
        Drain(model, Priority.Low);
        var request = BudgetModel.Request("a", Priority.Low, 1, model.Now.AddMinutes(-239), User) with { Interval = TimeSpan.FromHours(1) };

        Assert.Equal(model.Now.AddMinutes(1), Assert.IsType<BudgetAnswer.Wait>(model.Ask(request)).Until);
        model.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(request));
    }

    [Theory]
    [InlineData(74, "high medium low")]
    [InlineData(76, "high medium")]
    [InlineData(81, "high")]
    [InlineData(96, "")]
    [InlineData(118, "")]
    public void Meta_brakes_at_75_and_80_percent_and_stops_at_95(double percent, string served)
    {
        var model = new BudgetModel(new BudgetRules());
        var app = new LimitScope(LimitKind.App, "1");
        model.Observe(new ScopeUsage(app, percent, TimeSpan.Zero, AccessTier.Standard, model.Now));

        var granted = Priorities.All.Take(3)
            .Where(priority => model.Ask(BudgetModel.Request(priority.WireName(), priority, 1, model.Now, User, app)) is BudgetAnswer.Granted)
            .Select(priority => priority.WireName());

        Assert.Equal(served, string.Join(' ', granted));
    }

    [Fact]
    public void A_percentage_decays_over_its_window_and_the_wait_says_when_there_is_room()
    {
        var model = new BudgetModel(new BudgetRules());
        var score = new LimitScope(LimitKind.AccountScore, "act_1");
        model.Observe(new ScopeUsage(score, 100, TimeSpan.Zero, AccessTier.Standard, model.Now));

        var wait = Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User, score)));
        Assert.InRange(wait.Until, model.Now.AddSeconds(15), model.Now.AddSeconds(16));
        model.Advance(wait.Until - model.Now);
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User, score)));
    }

    [Fact]
    public void Before_any_header_an_accounts_documented_score_is_kept()
    {
        var model = new BudgetModel(new BudgetRules());
        var score = new LimitScope(LimitKind.AccountScore, "act_1");

        // 60 points of a development app, 95 % of them.
        Assert.Equal(57, Drain(model, Priority.High, score));
        model.Observe(new ScopeUsage(score, null, TimeSpan.FromMinutes(3), AccessTier.Development, model.Now));
        model.Crash();
        Assert.True(model.State.Ledger(score).IsBlocked(model.Now.AddMinutes(2)));
    }

    [Fact]
    public void A_full_queue_answers_without_a_ticket()
    {
        var model = new BudgetModel(Fixed with { MaxWaiters = 1 });
        Drain(model, Priority.High);

        Assert.NotEqual(0, Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User))).Ticket);
        Assert.Equal(0, Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("b", Priority.High, 1, model.Now, User))).Ticket);
    }

    [Fact]
    public void Requests_and_rules_that_make_no_sense_are_refused()
    {
        var state = TenantBudget.Restore(Fixed, null, BudgetModel.Start);

        Assert.Throws<ArgumentException>(() => TenantBudget.Ask(state, BudgetModel.Request("a", Priority.High, 0, BudgetModel.Start, User), BudgetModel.Start));
        Assert.Throws<ArgumentException>(() => TenantBudget.Ask(state, BudgetModel.Request("a", Priority.High, 1, BudgetModel.Start), BudgetModel.Start));
        Assert.Throws<ArgumentException>(() => TenantBudget.Ask(state, BudgetModel.Request("a", Priority.High, 1, BudgetModel.Start, new LimitScope(LimitKind.App, "1")), BudgetModel.Start));
        Assert.Throws<ArgumentException>(() => TenantBudget.Restore(Fixed with { CallsPerHour = 0 }, null, BudgetModel.Start));
        Assert.Null(new BudgetRules().Refuse());
    }

    // A requester that waits is forgotten at once, so that it does not stand before those of the test.
    private static int Drain(BudgetModel model, Priority priority, params LimitScope[] further)
    {
        var sum = 0;
        while (model.Ask(BudgetModel.Request("drain", priority, 20, model.Now, [User, .. further])) is BudgetAnswer.Granted granted)
            sum += granted.Grant.Permits;
        model.Forget("drain");
        return sum;
    }

    private static BudgetGrant Granted(BudgetAnswer answer) => Assert.IsType<BudgetAnswer.Granted>(answer).Grant;

    private static IEnumerable<string> Woken(BudgetModel model) => model.Effects.OfType<BudgetEffect.Wake>().Select(wake => wake.Requester);
}
