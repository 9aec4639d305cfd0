namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A setting reaches a running account, whichever way it was changed; the silo is never restarted.</summary>
public sealed class LiveSettingsTests
{
    [Fact]
    public async Task A_tier_changed_over_rest_reaches_the_running_account()
    {
        await using var system = await RestingAsync(api: true);

        await system.SendAsync(HttpMethod.Put, "/v1/tiers/low", new { interval_minutes = 1 });

        await SoonDueAsync(system);
    }

    [Fact]
    public async Task A_tier_changed_by_plain_sql_reaches_the_running_account()
    {
        await using var system = await RestingAsync(api: false);

        await system.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 1 where tier = 'low'");

        await SoonDueAsync(system);
    }

    [Fact]
    public async Task An_account_moved_to_another_tier_over_rest_follows_it_and_paused_over_rest_it_rests()
    {
        await using var system = await RestingAsync(api: true);
        await system.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 1 where tier = 'high'");

        var moved = await system.SendAsync(HttpMethod.Put, $"{system.AccountUrl}/sync", new { tier = "high" });
        Assert.Equal("high", moved.GetProperty("tier").GetString());
        await SoonDueAsync(system);

        await system.SendAsync(HttpMethod.Put, "/v1/tenants/acme/sync", new { enabled = false });
        await system.UntilAsync("exists (select from account_schedule where health = 'paused')", "the tenant's account is paused");
    }

    // Low is every four hours; a fresh account's due time may by chance lie within the minute, so it is made far.
    private static async Task<LiveSystem> RestingAsync(bool api)
    {
        var system = await LiveSystem.StartAsync(api: api);
        await system.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 40000 where tier = 'low'");
        await system.Database.ExecuteAsync("update ad_accounts set enabled = true, tier = 'low'");
        await system.UntilAsync("exists (select from sync_runs where status = 'succeeded')", "it has run");
        return system;
    }

    private static async Task SoonDueAsync(LiveSystem system)
    {
        await system.UntilAsync("exists (select from account_schedule where next_due_at <= now() + interval '1 minute')", "the account is due within the new interval");
        await system.UntilAsync("exists (select from engine.orleansreminderstable where grainid like '%act!_%' escape '!' and period = 60000)", "its reminder follows");
        Assert.Equal(
            await system.Database.ScalarAsync<string>("select version from account_settings_versions"),
            await system.Database.ScalarAsync<string>("select applied_settings from account_schedule"));
    }
}
