using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Control;

/// <summary>Due times follow a tier in the transaction that changes it, to the moment that the account's grain comes to, too.</summary>
public sealed class DueTimeTests
{
    private const int Offset = 700_000_001;

    private const string ByRule =
        """
        select s.ad_account_id, s.next_due_at = due_after(s.next_due_at - interval '1 millisecond', g.interval_minutes, s.due_offset)
        from account_schedule s join ad_accounts a using (tenant_id, ad_account_id) join meta_sync_config g using (tier) order by 1
        """;

    [Fact]
    public async Task The_due_time_in_SQL_is_that_of_the_program_to_the_millisecond()
    {
        await using var control = await ControlFixture.CreateAsync();
        var random = new Random(7);
        var cases = Enumerable.Range(0, 2000).Select(number => (
            Moment: ControlFixture.Now.AddMicroseconds(random.NextInt64(0, 100L * 86_400 * 1_000_000)),
            Minutes: number % 10 == 0 ? Tier.MaxIntervalMinutes : random.Next(1, Tier.MaxIntervalMinutes),
            Offset: new AccountOffset(number % 7 == 0 ? (1 << 30) - 1 : random.Next(0, 1 << 30)))).ToList();
        // The moment that is due itself is followed by the next one.
        cases.AddRange(cases.Take(500).Select(one => one with { Moment = Due(one.Moment, one.Minutes, one.Offset) }).ToArray());

        await using var command = control.Database.Source.CreateCommand(
            "select due_after(m, i, o) from unnest($1, $2, $3) with ordinality n (m, i, o, place) order by place");
        command.Parameters.Add(new() { Value = cases.Select(one => one.Moment.UtcDateTime).ToArray() });
        command.Parameters.Add(new() { Value = cases.Select(one => one.Minutes).ToArray() });
        command.Parameters.Add(new() { Value = cases.Select(one => one.Offset.Fraction).ToArray() });
        var found = new List<DateTimeOffset>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                found.Add(reader.GetFieldValue<DateTimeOffset>(0));
        }

        Assert.Equal(cases.Select(one => Due(one.Moment, one.Minutes, one.Offset)), found);
    }

    [Theory]
    [InlineData("low", "due_after(now(), 120, s.due_offset)", "due_after(now(), 240, s.due_offset)")]
    [InlineData("high", "due_after(now(), 120, s.due_offset)", "due_after(now(), 60, s.due_offset)")]
    // Something else is due sooner than the tier was: that stays.
    [InlineData("low", "now() + interval '1 second'", "now() + interval '1 second'")]
    // Something else was due, or a time that somebody set by hand: the tier may come sooner.
    [InlineData("high", "now() + interval '20 days'", "due_after(now(), 60, s.due_offset)")]
    [InlineData("high", "now() - interval '1 day'", "now() - interval '1 day'")]
    [InlineData("high", "null::timestamptz", "null::timestamptz")]
    // What a cron expression means is the grain's to say.
    [InlineData("by_cron", "due_after(now(), 120, s.due_offset)", "due_after(now(), 120, s.due_offset)")]
    [InlineData("auto", "due_after(now(), 120, s.due_offset)", "due_after(now(), 120, s.due_offset)")]
    public async Task An_account_that_changes_its_tier_is_due_by_the_new_one_and_what_is_overdue_stays_so(string tier, string before, string after)
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.Database.ExecuteAsync("insert into meta_sync_config (tier, interval_minutes, date_range_days, description, cron) values ('by_cron', 30, 1, '', '*/5 * * * *')");
        await DueAsync(control, control.Account, "now()");

        await using var connection = await control.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, $"update account_schedule s set next_due_at = {before}");
        await RunAsync(connection, $"update ad_accounts set tier = '{tier}'");

        await using var look = new NpgsqlCommand($"select s.next_due_at is not distinct from {after} from account_schedule s", connection);
        Assert.Equal(true, await look.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_set_of_accounts_is_due_by_the_new_tier_at_once_and_its_grains_alone_know_of_intervals_of_their_own()
    {
        await using var control = await ControlFixture.CreateAsync();
        foreach (var id in new[] { "act_102", "act_103" })
            await control.AddAsync(id);
        await control.Database.ExecuteAsync("""update ad_accounts set settings = '{"interval_seconds": 900}' where ad_account_id = 'act_103'""");
        foreach (var id in new[] { "act_101", "act_102", "act_103" })
            await DueAsync(control, new AdAccountKey(control.Tenant, AdAccountId.Parse(id)), "due_after(now(), 120, 700000001)");
        var own = await control.Database.RowsAsync("select next_due_at from account_schedule where ad_account_id = 'act_103'");

        await new AccountSwitches(control.Database.Source, TimeProvider.System).SetAsync(control.Tenant, new AccountSelection("medium"), new AccountsChange(null, "low"), default);
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'high' where ad_account_id = 'act_102'");

        Assert.Equal(["(act_101,t)", "(act_102,t)"], (await control.Database.RowsAsync(ByRule)).Take(2));
        Assert.Equal(own, await control.Database.RowsAsync("select next_due_at from account_schedule where ad_account_id = 'act_103'"));
    }

    [Fact]
    public async Task A_tier_with_another_interval_takes_all_of_its_accounts_along_and_no_others()
    {
        await using var control = await ControlFixture.CreateAsync();
        var low = await control.AddAsync("act_102");
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'low' where ad_account_id = 'act_102'");
        await DueAsync(control, control.Account, "due_after(now(), 120, 700000001)");
        await DueAsync(control, low, "now() + interval '10 days'");

        await control.Tiers.UpdateAsync("medium", 600, null, null, default);
        await control.Tiers.UpdateAsync("low", null, 9, null, default);

        Assert.Equal(["(act_101,t)", "(act_102,f)"], await control.Database.RowsAsync(ByRule));
    }

    [Fact]
    public async Task New_bounds_are_a_reason_to_look_at_the_tiers_that_move_by_themselves()
    {
        await using var control = await ControlFixture.CreateAsync();
        await control.AddAsync("act_102");
        await control.Database.ExecuteAsync("update ad_accounts set tier = 'auto' where ad_account_id = 'act_102'");
        await control.Database.ExecuteAsync("update ad_accounts set learned_at = now()");

        await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings("New", null, null, null, null), default);
        Assert.Equal(0, await UnlearnedAsync());
        var changed = await control.Tenants.ChangeAsync(
            control.Tenant, new TenantSettings(null, null, null, null, null, AutoTier: new TierBounds(Priority.Low, Priority.Medium)), default);

        Assert.Equal(new TierBounds(Priority.Low, Priority.Medium), changed!.AutoTier);
        Assert.Equal(1, await UnlearnedAsync());

        async Task<long> UnlearnedAsync() => await control.Database.ScalarAsync<long>("select count(*) from ad_accounts where learned_at is null");
    }

    private static DateTimeOffset Due(DateTimeOffset moment, int minutes, AccountOffset offset) =>
        SyncSchedule.NextAfter(moment, TimeSpan.FromMinutes(minutes), offset);

    private static Task DueAsync(ControlFixture control, AdAccountKey account, string due) => control.Database.ExecuteAsync(
        $"""
        insert into account_schedule (tenant_id, ad_account_id, next_due_at, health_since, updated_at, due_offset, health, health_owner, health_reason)
        values ($1, $2, {due}, now(), now(), $3, 'active', 'us', 'It syncs.')
        """, account.Tenant.Value, account.Account.ToString(), Offset);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
