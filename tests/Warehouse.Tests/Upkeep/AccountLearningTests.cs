using MetaGrains.Core.Accounts;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Upkeep;

namespace MetaGrains.Warehouse.Tests.Upkeep;

/// <summary>The account is in Prague.</summary>
public sealed class AccountLearningTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task How_far_back_an_account_is_read_follows_the_ages_of_the_days_that_were_restated()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        // Ten runs of ten days: each found the days of the last six ages changed, in two metrics and three rows each.
        for (var run = 0; run < 10; run++)
            await ChangeAsync(warehouse, warehouse.Account, _time.GetUtcNow().AddDays(-run), ages: [1, 2, 3, 4, 5, 6]);
        // Corrections of old days, and what is long ago, are nothing that comes again.
        await ChangeAsync(warehouse, warehouse.Account, _time.GetUtcNow().AddDays(-1), [20, 21, 22, 23, 24, 25, 26, 27], reason: "corrected");
        await ChangeAsync(warehouse, warehouse.Account, _time.GetUtcNow().AddDays(-29), [20, 21, 22, 23, 24, 25, 26, 27]);
        await ChangeAsync(warehouse, other, _time.GetUtcNow(), [1, 2]);
        var version = await VersionAsync(warehouse, "act_101");

        Assert.Equal(new LearningReport(2, 1, 0), await Learning(warehouse).RunAsync(default));

        Assert.Equal(
            ["(act_101,7,\"95 % of the 60 changes that Meta made within 28 days concerned days of the last 7\")", "(act_102,,)"],
            await warehouse.Database.RowsAsync("select ad_account_id, lookback_days, lookback_reason from ad_accounts order by 1"));
        Assert.Equal(version + 1, await VersionAsync(warehouse, "act_101"));
        Assert.Equal(1, await VersionAsync(warehouse, "act_102"));
        var truth = new AccountTruthStore(
            warehouse.Database.Source, new ReportDefinitionStore(warehouse.Database.Source), new ScheduleStore(warehouse.Database.Source, _time), new RunQueue(warehouse.Database.Source, _time));
        Assert.Equal(7, (await truth.SettingsAsync(warehouse.Account, default))!.Lookback!.Days);
    }

    [Fact]
    public async Task It_looks_at_each_account_once_a_day_and_what_has_not_changed_is_told_to_nobody()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        var learning = Learning(warehouse);
        for (var run = 0; run < 5; run++)
            await ChangeAsync(warehouse, warehouse.Account, _time.GetUtcNow().AddDays(-run), [1, 2, 3, 4]);

        Assert.Equal(new LearningReport(1, 1, 0), await learning.RunAsync(default));
        _time.Advance(AccountLearning.Lasts);
        Assert.Equal(new LearningReport(0, 0, 0), await learning.RunAsync(default));
        _time.Advance(TimeSpan.FromMinutes(1));
        var version = await VersionAsync(warehouse, "act_101");
        Assert.Equal(new LearningReport(1, 0, 0), await learning.RunAsync(default));

        Assert.Equal(version, await VersionAsync(warehouse, "act_101"));
    }

    [Fact]
    public async Task A_day_is_as_old_as_the_accounts_own_calendar_says()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        // 23:30 UTC is the next day in Prague.
        await warehouse.Database.ExecuteAsync(Changes, warehouse.Account.Tenant.Value, "act_101", new DateTime(2026, 3, 5, 23, 30, 0, DateTimeKind.Utc), new DateOnly(2026, 3, 4), "restated");

        var history = Assert.Single(await new LookbackStore(warehouse.Database.Source).StaleAsync(_time.GetUtcNow(), _time.GetUtcNow(), 10, default));

        Assert.Equal([0, 0, 1, 0], history.Changes.Take(4));
    }

    [Fact]
    public async Task An_account_that_moves_by_itself_follows_its_spend_within_its_tenants_bounds_and_the_move_is_written_down()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        var tenant = warehouse.Account.Tenant;
        foreach (var id in new[] { "act_102", "act_103", "act_104", "act_105", "act_106" })
            await WarehouseFixture.AddAccountAsync(warehouse.Database, tenant, id);
        await warehouse.Database.ExecuteAsync("update ad_accounts set enabled = true, tier = case ad_account_id when 'act_106' then 'high' else 'auto' end");
        // It is the sixth in Prague: 101 spends most, 104 is quiet, 105 was never read, 106 was put where it is by a person.
        await SpendAsync(warehouse, "act_101", 100);
        await SpendAsync(warehouse, "act_102", 10);
        await SpendAsync(warehouse, "act_103", 10);
        await warehouse.Database.ExecuteAsync(
            "insert into data_freshness_marks (tenant_id, ad_account_id, stream, last_synced_at) select tenant_id, ad_account_id, 'ad_daily', $1 from ad_accounts where ad_account_id <> 'act_105'",
            _time.GetUtcNow().UtcDateTime);

        Assert.Equal(new LearningReport(6, 0, 2), await Learning(warehouse).RunAsync(default));

        Assert.Equal(
            [
                "(act_101,high,t,\"it spends 2.5 times as much as an average account of its tenant\")", "(act_102,medium,t,\"it spends as others do\")",
                "(act_103,medium,t,\"it spends as others do\")", "(act_104,low,t,\"it spent nothing and nothing changed in 7 days\")", "(act_105,medium,t,)", "(act_106,high,f,)",
            ],
            await warehouse.Database.RowsAsync("select ad_account_id, tier, auto_tier, auto_tier_reason from ad_accounts order by 1"));
        Assert.Equal(
            ["(auto_tier,act_101,medium,high)", "(auto_tier,act_104,medium,low)"],
            await warehouse.Database.RowsAsync("select actor, target, details ->> 'from', details ->> 'to' from audit_log order by target"));

        await warehouse.Database.ExecuteAsync("update tenants set auto_tier_min = 'medium', auto_tier_max = 'medium'");
        _time.Advance(AccountLearning.Lasts + TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await Learning(warehouse).RunAsync(default)).Moved);
        Assert.Equal(["(high,1)", "(medium,5)"], await warehouse.Database.RowsAsync("select tier, count(*) from ad_accounts group by 1 order by 1"));
    }

    private static Task SpendAsync(WarehouseFixture warehouse, string account, decimal perDay) => warehouse.Database.ExecuteAsync(
        """
        insert into daily_meta_metrics (tenant_id, ad_account_id, date, currency, spend, impressions, clicks, ads, campaigns, run_id, updated_at, conversions, purchases, purchase_value, leads, revenue)
        select $1, $2, day, 'EUR', $3, 1, 1, 1, 1, 1, now(), 0, 0, 0, 0, 0 from generate_series('2026-02-20'::date, '2026-03-05', '1 day') day
        """, warehouse.Account.Tenant.Value, account, perDay);

    private const string Changes = """
        insert into meta_insights_revisions (tenant_id, ad_account_id, seen_at, run_id, date, report, level, entity_id, breakdown_key, metric, reason, old_value, new_value)
        select $1, $2, $3, 1, $4, 'ad_daily', 'ad', entity, '', metric, $5, 1, 2
        from unnest(array['1', '2', '3']) entity, unnest(array['spend', 'clicks']) metric
        """;

    private static AccountLearning Learning(WarehouseFixture warehouse, TimeProvider time) => new(new LookbackStore(warehouse.Database.Source), new AutoTierStore(warehouse.Database.Source), time);

    private AccountLearning Learning(WarehouseFixture warehouse) => Learning(warehouse, _time);

    private static Task<long> VersionAsync(WarehouseFixture warehouse, string account) =>
        warehouse.Database.ScalarAsync<long>("select settings_version from ad_accounts where ad_account_id = $1", account);

    private static async Task ChangeAsync(WarehouseFixture warehouse, AdAccountKey account, DateTimeOffset seen, int[] ages, string reason = "restated")
    {
        foreach (var age in ages)
        {
            await warehouse.Database.ExecuteAsync(
                Changes, account.Tenant.Value, account.Account.ToString(), seen.UtcDateTime, DateOnly.FromDateTime(seen.UtcDateTime).AddDays(-age), reason);
        }
    }
}
