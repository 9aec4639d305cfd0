using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Tests.Statements;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Control;

/// <summary>What SQL makes of the states of an account's health.</summary>
public sealed class HealthSqlTests
{
    [Fact]
    public async Task A_state_that_nobody_knows_is_refused()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => SyncStatusFixture.DueInAsync(warehouse, warehouse.Account, 5, "tired"));

        Assert.Equal("account_schedule_health", refused.ConstraintName);
    }

    [Fact]
    public async Task Whoever_goes_on_by_himself_is_due_in_sql_and_woken_by_a_sweep_once_his_rest_is_over()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var number = 0;
        foreach (var health in AccountHealths.All)
        {
            var account = await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, $"act_{++number}");
            await SyncStatusFixture.DueInAsync(warehouse, account, -5, health.WireName());
        }

        await warehouse.Database.ExecuteAsync(
            """
            update account_schedule set sweep = 7, retry_at = case health when 'parked' then now() + interval '1 day' end,
              health_next_try = case health when 'meta_incident' then now() + interval '10 minutes' end
            """);

        string[] running = ["active", "breakdown_not_enabled", "failing", "throttled", "waiting_for_budget"];
        Assert.Equal(running, await DueAsync());
        Assert.Equal(running.Length, (await OverdueAsync()).Total);

        await warehouse.Database.ExecuteAsync("update account_schedule set retry_at = null, health_next_try = now()");

        string[] after = [.. running, "meta_incident", "parked"];
        Assert.Equal(after.Order(StringComparer.Ordinal), (await DueAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(running.Length + 2, (await OverdueAsync()).Total);

        async Task<string[]> DueAsync() =>
            [.. (await warehouse.Database.RowsAsync("select health from meta_sync_status where sync_due order by 1")).Select(row => row.Trim('(', ')'))];

        Task<OverduePage> OverdueAsync() => new ScheduleStore(warehouse.Database.Source, TimeProvider.System)
            .OverdueAsync(new SweepKey(7), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow(), 0, 50, default);
    }

    [Theory]
    [InlineData("parked", "active")]
    [InlineData("waiting_for_budget", "active")]
    [InlineData("meta_incident", "active")]
    [InlineData("token_dead", "token_dead")]
    [InlineData("paused", "paused")]
    public async Task A_success_that_another_program_reports_ends_what_a_success_can_end(string before, string after)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        await SyncStatusFixture.DueInAsync(warehouse, warehouse.Account, -30, before, errors: 12);

        await warehouse.Database.ExecuteAsync("select update_meta_sync_status($1, true)", warehouse.Account.ToString());

        Assert.Equal([$"({after},0)"], await warehouse.Database.RowsAsync("select health, consecutive_errors from account_schedule"));
    }
}
