using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

public sealed class BudgetPropertyTests
{
    private static readonly BudgetRules Fixed = new() { Mode = BudgetMode.Fixed, CallsPerHour = 40, BlockPermits = 5 };

    private static readonly Gen<(int Kind, int A, int B, int C)> Steps =
        from kind in Gen.Choose(0, 19)
        from a in Gen.Choose(0, 9)
        from b in Gen.Choose(1, 12)
        from c in Gen.Choose(0, 3)
        select (kind, a, b, c);

    [Fact]
    public void No_user_is_given_more_than_the_cap_in_any_hour_whatever_crashes() =>
        Properties.Holds(Properties.Lists(Steps, 20, 250), steps =>
        {
            var model = new BudgetModel(Fixed);
            foreach (var step in steps)
                Do(model, step);

            Assert.InRange(model.WorstHour(BudgetModel.User(0)), 0, Fixed.Cap);
            Assert.InRange(model.WorstHour(BudgetModel.User(1)), 0, Fixed.Cap);
        }, tests: 300);

    [Fact]
    public void Without_crashes_every_permit_is_charged_or_credited_and_none_twice() =>
        Properties.Holds(Properties.Lists(Steps, 10, 80), steps =>
        {
            var model = new BudgetModel(Fixed);
            foreach (var step in steps.Where(step => step.Kind is not (17 or 18)))
                Do(model, step with { C = step.C % 2 });

            var recent = model.Sent.Where(send => send.At > model.Now - TimeSpan.FromHours(1)).Sum(send => send.Count);
            var held = model.Held.Sum(held => held.Grant.Permits);
            var charged = model.State.Ledger(BudgetModel.User(0)).Charged(model.Now) + model.State.Ledger(BudgetModel.User(1)).Charged(model.Now);
            var stale = model.Sent.Where(send => send.At <= model.Now - TimeSpan.FromHours(1) && send.At > model.Now - TimeSpan.FromHours(1) - Fixed.Bucket).Sum(send => send.Count);
            Assert.InRange(charged, recent + held, recent + held + stale);
        }, tests: 200);

    [Fact]
    public void Nobody_who_could_be_served_is_left_waiting() =>
        Properties.Holds(Properties.Lists(Steps, 10, 120), steps =>
        {
            foreach (var mode in new[] { BudgetMode.Fixed, BudgetMode.Meta })
            {
                var model = new BudgetModel(Fixed with { Mode = mode });
                foreach (var step in steps)
                {
                    Do(model, step);
                    foreach (var first in model.State.Waiters.Values.Where(waiter => waiter.WokenAt is null).GroupBy(waiter => waiter.Scope).Select(queue => queue.MinBy(waiter => waiter.Place)!))
                    {
                        var again = TenantBudget.Ask(model.State, first.Request with { RequestId = first.Request.RequestId + 1_000_000 }, model.Now);
                        Assert.IsType<BudgetAnswer.Wait>(again.Answer);
                    }
                }
            }
        }, tests: 100);

    [Fact]
    public void A_blocked_scope_gets_nothing_until_its_block_ends_and_the_others_serve_high_only() =>
        Properties.Holds(Properties.Lists(Steps, 5, 60), steps =>
        {
            foreach (var mode in new[] { BudgetMode.Fixed, BudgetMode.Meta })
            {
                var model = new BudgetModel(Fixed with { Mode = mode, CallsPerHour = 100_000 });
                var score = new LimitScope(LimitKind.AccountScore, "act_1");
                model.Block(score, TimeSpan.FromMinutes(10));
                var end = model.Now + TimeSpan.FromMinutes(10);
                foreach (var step in steps)
                {
                    model.Advance(TimeSpan.FromSeconds(step.A * 5));
                    if (step.Kind == 0)
                        model.Crash();
                    if (model.Now >= end)
                        break;
                    var blocked = model.Ask(BudgetModel.Request("blocked", Priority.High, step.B, model.Now, BudgetModel.User(0), score));
                    Assert.Equal(score, Assert.IsType<BudgetAnswer.Wait>(blocked).Scope);
                    var low = model.Ask(BudgetModel.Request("low", (Priority)Math.Max(1, step.C), step.B, model.Now, BudgetModel.User(0)));
                    Assert.Equal(WaitReason.CoolDown, Assert.IsType<BudgetAnswer.Wait>(low).Reason);
                    Assert.Equal(end, low.HighOnlyUntil);
                    Assert.IsType<BudgetAnswer.Granted>(model.Ask(BudgetModel.Request("high", Priority.High, 1, model.Now, BudgetModel.User(0))));
                }

                model.Advance(end - model.Now > TimeSpan.Zero ? end - model.Now : TimeSpan.Zero);
                var last = model.Ask(BudgetModel.Request("blocked", Priority.Low, 1, model.Now, BudgetModel.User(0), score));
                Assert.True(last is BudgetAnswer.Granted, $"{mode}: {last}");
            }
        }, tests: 60);

    // Every requester asks when it was told to; demand fits, so each is served before its work is due once more.
    [Fact]
    public void While_demand_fits_the_cap_nobody_starves() =>
        Properties.Holds(
            from wanted in Gen.Choose(1, 3).ArrayOf(10)
            from priority in Gen.Elements(Priority.High, Priority.Medium, Priority.Low).ArrayOf(10)
            select (wanted, priority),
            it =>
            {
                var model = new BudgetModel(Fixed);
                var waiting = Enumerable.Range(0, 10).ToDictionary(n => n, _ => BudgetModel.Start);
                var left = it.wanted.ToArray();
                while (waiting.Count > 0 && model.Now < BudgetModel.Start + TimeSpan.FromHours(2))
                {
                    foreach (var n in waiting.Where(entry => entry.Value <= model.Now).Select(entry => entry.Key).ToArray())
                    {
                        var answer = model.Ask(BudgetModel.Request($"r{n}", it.priority[n], left[n], BudgetModel.Start.AddSeconds(n), BudgetModel.User(0)));
                        if (answer is BudgetAnswer.Wait wait)
                            waiting[n] = wait.Until;
                        else if ((left[n] -= ((BudgetAnswer.Granted)answer).Grant.Permits) == 0)
                            waiting.Remove(n);
                    }

                    model.Advance(TimeSpan.FromSeconds(1));
                }

                Assert.Empty(waiting);
            }, tests: 20);

    private static void Do(BudgetModel model, (int Kind, int A, int B, int C) step)
    {
        switch (step.Kind)
        {
            case <= 7:
                model.Ask(BudgetModel.Request($"r{step.A}", (Priority)step.C, step.B, model.Now.AddMinutes(-step.A), BudgetModel.User(step.A % 2)));
                break;
            case <= 10:
                model.Return(step.A, step.B);
                break;
            case <= 15:
                model.Advance(TimeSpan.FromSeconds(step.A * step.B * 7));
                break;
            case 16:
                model.Advance(TimeSpan.FromMinutes(step.B * 3));
                break;
            case 17:
                model.Crash();
                break;
            case 18:
                model.Close();
                model.Crash();
                break;
            default:
                model.Block(BudgetModel.User(step.A % 2), TimeSpan.FromSeconds(step.B * 10));
                break;
        }
    }
}
