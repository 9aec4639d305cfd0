namespace MetaGrains.Core.Tests.Budget;

public sealed class AppLeaseTests
{
    private const int LimitPerHour = 400;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

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
