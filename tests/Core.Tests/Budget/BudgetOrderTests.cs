using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

public sealed class BudgetOrderTests
{
    private static readonly BudgetRules Fixed = new() { Mode = BudgetMode.Fixed };
    private static readonly LimitScope User = BudgetModel.User(0);

    [Fact]
    public void Whoever_asks_for_more_gets_no_more_than_its_share_while_others_wait()
    {
        var model = new BudgetModel(Fixed);
        var had = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = Enumerable.Range(0, 10).Select(n => $"r{n}").Prepend("hog").ToArray();

        // All is given out; then one permit after the other comes back while everybody waits. The hog wants much, and has
        // been due for the longest time.
        for (var n = 0; n < Fixed.Cap; n++)
            model.Ask(BudgetModel.Request($"full{n}", Priority.High, 1, model.Now, User));
        for (var n = 0; n < 150; n++)
        {
            foreach (var name in names)
            {
                if (model.Ask(Wants(name)) is BudgetAnswer.Granted granted)
                    had[name] = had.GetValueOrDefault(name) + granted.Grant.Permits;
            }

            model.Return(0, 0);
        }

        BudgetRequest Wants(string name) =>
            BudgetModel.Request(name, Priority.High, name == "hog" ? 50 : 5, BudgetModel.Start.AddHours(name == "hog" ? -100 : 0), User);
        var others = names.Skip(1).Select(name => had[name]).ToArray();
        Assert.InRange(had["hog"], others.Min() / 2, others.Max() * 2);
        Assert.True(others.Min() > 5, string.Join(" ", others));
    }

    [Theory]
    [InlineData(true, "much", "other")]
    [InlineData(false, "other", "much")]
    public void What_a_run_had_counts_against_its_share_and_not_against_the_next_run(bool isNextRun, string first, string second)
    {
        var model = new BudgetModel(Fixed);
        var round = (int)Fixed.Round;
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(Run("much", round, -45)));
        for (var n = round; n < Fixed.Cap; n++)
            model.Ask(Run($"full{n}", 1, -50));

        model.Ask(Run("much", 1, isNextRun ? -30 : -45));
        model.Ask(Run("other", 1, -20));
        model.Return(1, 0);
        model.Return(1, 0);

        Assert.Equal([first, second], model.Effects.OfType<BudgetEffect.Wake>().Select(wake => wake.Requester));

        BudgetRequest Run(string requester, int wanted, int dueMinutes) =>
            BudgetModel.Request(requester, Priority.High, wanted, BudgetModel.Start.AddMinutes(dueMinutes), User) with { Interval = TimeSpan.FromHours(1) };
    }

    [Fact]
    public void What_high_does_not_need_of_its_reserve_lower_ranks_use_in_full_and_never_many_at_once()
    {
        var model = new BudgetModel(Fixed);
        var most = 0;
        for (var second = 0; second < 5 * 3600; second += 5)
        {
            while (model.Ask(BudgetModel.Request("low", Priority.Low, 2, model.Now, User)) is BudgetAnswer.Granted granted)
                model.Return(model.Held.Count - 1, granted.Grant.Permits);
            most = Math.Max(most, model.State.Ledger(User).Charged(model.Now));
            model.Advance(TimeSpan.FromSeconds(5));
        }

        var lastHours = model.Sent.Where(send => send.At >= BudgetModel.Start.AddHours(3)).Sum(send => send.Count) / 2.0;
        Assert.InRange(lastHours / Fixed.Cap, 0.97, 1);
        Assert.InRange(most, 175, Fixed.Cap);
        Assert.InRange(model.WorstHour(User), 175, Fixed.Cap);
    }

    [Fact]
    public void After_a_block_one_call_finds_out_and_each_that_is_served_lets_twice_as_many_follow()
    {
        var model = new BudgetModel(new BudgetRules());
        var useCase = new LimitScope(LimitKind.BusinessUseCase, "act_1", LimitScope.AdsInsights);
        model.Block(useCase, TimeSpan.FromMinutes(15));
        model.Advance(TimeSpan.FromMinutes(15));

        for (var expected = 1; expected <= 8; expected *= 2)
        {
            var granted = Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("a", Priority.High, 20, model.Now, User, useCase)));
            Assert.Equal(expected, granted.Grant.Permits);
            Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("b", Priority.High, 20, model.Now, User, useCase)));
            model.Forget("b");
            model.Return(0, expected);
            model.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void A_call_that_is_refused_after_a_block_makes_the_next_block_twice_as_long()
    {
        var model = new BudgetModel(Fixed);
        for (var minutes = 15; minutes <= 240; minutes *= 2)
        {
            model.Block(User, TimeSpan.FromMinutes(15));
            Assert.Equal(model.Now.AddMinutes(minutes), model.State.Ledger(User).BlockedUntil);
            model.Advance(TimeSpan.FromMinutes(minutes));
            Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User)));
            model.Return(0, 1);
        }
    }

    [Fact]
    public void A_block_voids_every_grant_that_counts_against_it_and_no_other()
    {
        var model = new BudgetModel(new BudgetRules());
        var score = new LimitScope(LimitKind.AccountScore, "act_1");
        model.Ask(BudgetModel.Request("a", Priority.High, 2, model.Now, User, score));
        model.Ask(BudgetModel.Request("b", Priority.High, 2, model.Now, User, new LimitScope(LimitKind.AccountScore, "act_2")));

        model.Block(score, TimeSpan.FromMinutes(1));

        Assert.Equal(["a"], model.Effects.OfType<BudgetEffect.Revoke>().Select(revoke => revoke.Requester));
    }

    [Fact]
    public void Where_work_needs_more_calls_than_there_are_the_shortfall_says_how_many()
    {
        var model = new BudgetModel(Fixed);
        for (var n = 0; n < 100; n++)
            model.Ask(BudgetModel.Request($"r{n}", Priority.High, 3, model.Now, User) with { Interval = TimeSpan.FromHours(1) });

        var shortfall = Assert.Single(TenantBudget.Shortfalls(model.State, model.Now));

        Assert.Equal((User, 300, 180), (shortfall.Scope, shortfall.DemandPerHour, shortfall.AllowancePerHour));
        model.Advance(TimeSpan.FromHours(8));
        Assert.Empty(TenantBudget.Shortfalls(model.State, model.Now));
    }

    [Fact]
    public void Reports_under_way_are_counted_until_they_end()
    {
        var model = new BudgetModel(new BudgetRules { AsyncRuns = 2 });
        var reports = new LimitScope(LimitKind.AsyncRuns, "act_1");
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("a", Priority.Low, 1, model.Now, User, reports)));
        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("b", Priority.Low, 1, model.Now, User, reports)));
        Assert.Equal(reports, Assert.IsType<BudgetAnswer.Wait>(model.Ask(BudgetModel.Request("c", Priority.High, 1, model.Now, User, reports))).Scope);

        model.Return(0, 1);
        model.Advance(TimeSpan.FromSeconds(2));

        Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("c", Priority.High, 1, model.Now, User, reports)));
    }
}
