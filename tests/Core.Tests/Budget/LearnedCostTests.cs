using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

public sealed class LearnedCostTests
{
    private const double LimitPerHour = 200;

    private static readonly LimitScope User = BudgetModel.User(0);
    private static readonly LimitScope Insights = new(LimitKind.Insights, "7");

    [Fact]
    public void A_limit_that_nobody_documents_is_found_without_running_into_it()
    {
        var model = new BudgetModel(new BudgetRules());
        var sent = new Queue<DateTimeOffset>();
        var (most, all) = (0.0, 0);
        for (var second = 0; second < 3 * 3600; second += 10)
        {
            while (model.Ask(BudgetModel.Request("a", Priority.High, 4, model.Now, User, Insights)) is BudgetAnswer.Granted granted)
            {
                for (var n = 0; n < granted.Grant.Permits; n++)
                    sent.Enqueue(model.Now);
                all += granted.Grant.Permits;
                Forget(sent, model.Now);
                most = Math.Max(most, sent.Count);
                model.Return(0, granted.Grant.Permits);
                model.Observe(new ScopeUsage(Insights, sent.Count * 100 / LimitPerHour, TimeSpan.Zero, AccessTier.Standard, model.Now));
            }

            model.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(most, 0.9 * LimitPerHour, LimitPerHour);
        Assert.InRange(all / 3.0, 0.97 * 0.95 * LimitPerHour, LimitPerHour);
    }

    [Fact]
    public void What_others_use_is_left_to_them()
    {
        var model = new BudgetModel(new BudgetRules());
        model.Observe(new ScopeUsage(Insights, 60, TimeSpan.Zero, AccessTier.Standard, model.Now));
        for (var n = 0; n < 8; n++)
        {
            model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User, Insights));
            model.Return(0, 1);
            model.Advance(TimeSpan.FromSeconds(5));
            model.Observe(new ScopeUsage(Insights, 60.5 + (n / 2.0), TimeSpan.Zero, AccessTier.Standard, model.Now));
        }

        // 64 of 100 are used, of which ours are 4: 31 % of 200 calls are left.
        var left = 0;
        while (model.Ask(BudgetModel.Request("a", Priority.High, 1, model.Now, User, Insights)) is BudgetAnswer.Granted)
        {
            left++;
            model.Return(0, 1);
            model.Advance(TimeSpan.FromSeconds(5));
            model.Observe(new ScopeUsage(Insights, 64 + (left / 2.0), TimeSpan.Zero, AccessTier.Standard, model.Now));
        }

        Assert.InRange(left, 50, 63);
    }

    [Fact]
    public void A_limit_that_is_cut_is_learned_anew()
    {
        var learned = new LearnedCost();
        for (var n = 1; n <= 100; n++)
            learned = learned.Take(0.5, 1, n * 0.5, n);
        Assert.Equal(0.5, learned.PerCall!.Value, 3);

        for (var n = 1; n <= 600; n++)
            learned = learned.Take(5, 1, 500, 100);

        Assert.InRange(learned.PerCall!.Value, 4, 5);
    }

    private static void Forget(Queue<DateTimeOffset> sent, DateTimeOffset now)
    {
        while (sent.TryPeek(out var oldest) && oldest + TimeSpan.FromHours(1) <= now)
            sent.Dequeue();
    }
}
