using MetaGrains.Core.Budget;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Budget;

public sealed class AppLeaseTests
{
    private const int LimitPerHour = 400;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static long _numbers;

    [Fact]
    public void Tenants_of_one_app_share_its_limit_by_what_they_need_and_stay_within_it()
    {
        var model = new AppModel(LimitPerHour, tenants: 2);

        // The one needs three times as much as the other, and both together twice what there is.
        Live(model, TimeSpan.FromHours(6), tenant => tenant == 0 ? 150 : 50);

        Assert.InRange(model.Most, 0.7 * LimitPerHour, LimitPerHour);
        Assert.InRange((double)model.Sent[0] / model.Sent[1], 2, 4.5);
    }

    [Fact]
    public void A_tenant_alone_has_all_of_it()
    {
        var model = new AppModel(LimitPerHour, tenants: 2);

        Live(model, TimeSpan.FromHours(6), tenant => tenant == 0 ? 200 : 0);

        Assert.Equal(0, model.Sent[1]);
        Assert.InRange(model.Sent[0] / 6.0, 0.7 * LimitPerHour, LimitPerHour);
    }

    [Fact]
    public void Whoever_does_not_ask_any_more_leaves_its_share_to_the_others()
    {
        var model = new AppModel(LimitPerHour, tenants: 2);
        Live(model, TimeSpan.FromHours(3), _ => 100);

        model.CountAnew();
        Live(model, TimeSpan.FromHours(3), tenant => tenant == 0 ? 100 : 0);

        Assert.InRange(model.Sent[0] / 3.0, 0.7 * LimitPerHour, LimitPerHour);
    }

    [Fact]
    public void Whoever_loses_its_memory_and_how_often_the_apps_limit_is_not_exceeded()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var chance = new Random(seed);
            var model = new AppModel(LimitPerHour, tenants: 3);

            Live(model, TimeSpan.FromHours(5), _ => 100, () =>
            {
                if (chance.Next(60) == 0)
                    model.CrashApp();
                if (chance.Next(60) == 0)
                    model.CrashTenant(chance.Next(3));
            });

            Assert.InRange(model.Most, 1, LimitPerHour);
            Assert.All(model.Sent, sent => Assert.True(sent > 0));
        }
    }

    [Fact]
    public void What_is_more_urgent_does_not_wait_for_the_answer_that_less_urgent_work_was_given()
    {
        var low = TenantBudget.Ask(Tenant(), Request("acct/a", Priority.Low), Start);
        var told = TenantBudget.AwaitLease(low.State, Wait(Start.AddMinutes(30)), Start);
        var again = TenantBudget.Ask(told.State, Request("acct/b", Priority.Low), Start.AddMinutes(1));

        var high = TenantBudget.Ask(again.State, Request("acct/c", Priority.High), Start.AddMinutes(2));

        Assert.Equal(Priority.Low, Asked(low.Effects)!.Priority);
        Assert.Null(Asked(again.Effects));
        Assert.Equal(Priority.High, Asked(high.Effects)!.Priority);
        Assert.True(Assert.IsType<BudgetAnswer.Wait>(high.Answer).Until < Start.AddMinutes(30));
    }

    [Fact]
    public void A_question_whose_answer_was_lost_is_repeated_under_its_number_until_it_is_answered()
    {
        var first = TenantBudget.Ask(Tenant(), Request("acct/a", Priority.High), Start);
        var later = Start.AddMinutes(5);

        var repeated = TenantBudget.Ask(first.State, Request("acct/b", Priority.High), later);
        var answered = TenantBudget.AwaitLease(repeated.State, Wait(later), later);
        var next = TenantBudget.Ask(answered.State, Request("acct/c", Priority.High), later.AddMinutes(1));

        Assert.Equal(Asked(first.Effects), Asked(repeated.Effects));
        Assert.True(Asked(next.Effects)!.RequestId > Asked(first.Effects)!.RequestId);
    }

    [Fact]
    public void A_budget_that_is_closed_gives_back_what_is_left_of_its_leases()
    {
        var asked = TenantBudget.Ask(Tenant(), Request("acct/a", Priority.High), Start);
        var leased = TenantBudget.TakeLease(asked.State, new BudgetGrant(9, 50, Start.AddMinutes(2)), coversInsights: true, Start);
        var given = TenantBudget.Ask(leased.State, Request("acct/a", Priority.High), Start);
        var permits = Assert.IsType<BudgetAnswer.Granted>(given.Answer).Grant.Permits;

        var returned = TenantBudget.Return(given.State, Assert.IsType<BudgetAnswer.Granted>(given.Answer).Grant.Id, permits, Start, Start);

        var closed = TenantBudget.Close(returned.State, Start);
        var early = TenantBudget.Close(given.State, Start);

        Assert.Equal(permits, Assert.Single(closed.Effects.OfType<BudgetEffect.ReturnLease>()).Used);
        Assert.Empty(closed.State.Leases);
        // Permits that are out may be used until the lease ends: it is not given back before.
        Assert.Empty(early.Effects.OfType<BudgetEffect.ReturnLease>());
    }

    [Fact]
    public void While_insights_of_the_app_are_blocked_leases_are_for_what_reads_none()
    {
        var insights = LimitScope.Insights(new AppKey(7));
        var reading = Request("acct/a", Priority.High) with { Scopes = [BudgetModel.User(0), LimitScope.App(new AppKey(7)), insights] };
        var asked = TenantBudget.Ask(Tenant(), reading, Start);

        // The app says no because its insights are blocked: it is asked again at once for the rest.
        var told = TenantBudget.AwaitLease(asked.State, new BudgetAnswer.Wait(Start.AddMinutes(10), 1, WaitReason.ScopeBlocked, insights), Start);
        var other = TenantBudget.Ask(told.State, Request("acct/b", Priority.High), Start);
        var narrow = Asked(other.Effects)!;
        var leased = TenantBudget.TakeLease(other.State, new BudgetGrant(9, 50, Start.AddMinutes(12)), narrow.CoversInsights, Start);

        Assert.True(Asked(asked.Effects)!.CoversInsights);
        Assert.False(narrow.CoversInsights);
        Assert.IsType<BudgetAnswer.Granted>(TenantBudget.Ask(leased.State, Request("acct/b", Priority.High), Start).Answer);
        Assert.Equal(WaitReason.ScopeBlocked, Assert.IsType<BudgetAnswer.Wait>(TenantBudget.Ask(leased.State, reading with { RequestId = ++_numbers }, Start).Answer).Reason);

        // When the block is over, the narrow lease still covers no insights, and a whole one is asked for.
        var over = TenantBudget.Ask(leased.State, reading with { RequestId = ++_numbers }, Start.AddMinutes(11));
        Assert.IsType<BudgetAnswer.Wait>(over.Answer);
        Assert.True(Asked(over.Effects)!.CoversInsights);
    }

    private static BudgetAnswer.Wait Wait(DateTimeOffset until) => new(until, 1, WaitReason.LimitReached, LimitScope.App(new AppKey(7)));

    private static BudgetState Tenant() => TenantBudget.Restore(new BudgetRules { Leases = true }, null, Start);

    private static LeaseRequest? Asked(IEnumerable<BudgetEffect> effects) => effects.OfType<BudgetEffect.AskLease>().SingleOrDefault()?.Request;

    private static BudgetRequest Request(string requester, Priority priority) => new()
    {
        Requester = requester,
        RequestId = ++_numbers,
        Priority = priority,
        Wanted = 3,
        DueAt = Start,
        Scopes = [BudgetModel.User(0), LimitScope.App(new AppKey(7))],
    };

    private static void Live(AppModel model, TimeSpan span, Func<int, int> accounts, Action? happens = null)
    {
        for (var end = model.Now + span; model.Now < end; model.Advance(TimeSpan.FromSeconds(10)))
        {
            happens?.Invoke();
            for (var tenant = 0; tenant < model.Sent.Length; tenant++)
            {
                for (var n = 0; n < 5 && accounts(tenant) > 0; n++)
                    model.Run(tenant, (int)((model.Now.Ticks / TimeSpan.TicksPerSecond) + n) % accounts(tenant), 4, Hour);
            }
        }
    }
}
