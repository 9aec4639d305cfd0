using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>kill -9 of the silo in the middle of a sync, and a new silo in its place.</summary>
public sealed class KilledSiloTests
{
    private const string Ended = "not exists (select from sync_runs where status in ('queued', 'running'))";

    // Pages of 20 rows: the run of 14 days at four levels makes a few dozen calls.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(17)]
    public Task Killed_while_it_waits_for_meta_nothing_is_lost_doubled_or_halved(int call) => HealsAsync(async system =>
    {
        system.Gate.HoldAt(call);
        await StartSyncAsync(system);
        await system.Gate.Held.WaitAsync(TimeSpan.FromSeconds(30));
    });

    [Theory]
    [InlineData("sync_cursors")]
    [InlineData("meta_insights_daily")]
    [InlineData("meta_insights_raw")]
    [InlineData("daily_meta_metrics")]
    [InlineData("account_schedule")]
    [InlineData("engine.orleansstorage")]
    public Task Killed_while_it_writes_nothing_is_lost_doubled_or_halved(string table) => HealsAsync(
        async system =>
        {
            await StartSyncAsync(system);
            await system.UntilAsync($"count(*) > 0 from pg_locks where relation = '{table}'::regclass and not granted", $"it waits for {table}");
        },
        blocked: table);

    [Fact]
    public async Task Killed_again_and_again_it_never_calls_meta_more_often_than_the_budget_allows()
    {
        // Of 100 calls per hour 90 are given out; in pages of two rows the sync needs hundreds. A kill wastes at most one block of permits.
        await using var system = await LiveSystem.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 100), pageLimit: 2, api: true);
        await StartSyncAsync(system);
        var kills = 0;
        for (var calls = 0L; ; kills++)
        {
            var before = calls;
            await Testing.Eventually.TrueAsync(async () => (calls = await CallsAsync(system)) > before + 2 || await WaitsAsync(system), "calls, or a wait for permits");
            if (await WaitsAsync(system))
                break;
            await system.ReplaceSiloAsync();
        }

        Assert.InRange(kills, 3, 30);
        Assert.InRange(await CallsAsync(system), 10, 90);
        await system.UntilAsync("exists (select from sync_runs where status in ('queued', 'running'))", "what was asked for is not lost");
    }

    private static async Task HealsAsync(Func<LiveSystem, Task> untilKill, string? blocked = null)
    {
        await using var system = await LiveSystem.StartAsync(new TenantSettings("Acme", "EUR", null, "fixed", 1000), pageLimit: 20);
        await using (new DayReader(system))
        {
            await using (var held = await BlockAsync(system, blocked))
            {
                await untilKill(system);
                await system.Silo!.KillAsync();
            }

            await system.ReplaceSiloAsync();
            await system.UntilAsync($"{Ended} and exists (select from sync_runs where trigger = 'api')", "every run has ended");
        }

        var days = Days(system);
        var truth = system.Simulator.Truth(system.Account.Account.ToString(), days.Since, days.Until);
        Assert.Equal(
            Enumerable.Repeat($"({truth.Spend},{truth.Impressions},{truth.Clicks})", 4),
            await system.Database.RowsAsync($"select trim_scale(sum(spend)), sum(impressions), sum(clicks) from meta_insights_levels where date between '{days.Since:yyyy-MM-dd}' and '{days.Until:yyyy-MM-dd}' group by level"));
        Assert.Equal(truth.Rows, await system.Database.ScalarAsync<long>($"select count(*) from meta_insights_ad_daily where date between '{days.Since:yyyy-MM-dd}' and '{days.Until:yyyy-MM-dd}'"));
        Assert.Equal(1, await system.Database.ScalarAsync<long>("select count(*) from sync_runs where trigger = 'api' and status = 'succeeded'"));
        Assert.Equal(1, await system.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial' and status = 'succeeded'"));
        Assert.InRange(await CallsAsync(system), 20, 900);
    }

    private static async Task StartSyncAsync(LiveSystem system)
    {
        await system.AskAsync(new RunAsk(SyncJob.Incremental, Days(system), null, "api"));
        await system.Database.ExecuteAsync("update ad_accounts set enabled = true");
    }

    private static DateRange Days(LiveSystem system)
    {
        var today = DateOnly.FromDateTime(system.Simulator.Clock.GetUtcNow().UtcDateTime);
        return new DateRange(today.AddDays(-16), today.AddDays(-3));
    }

    // Readers pass, writers wait.
    private static async Task<NpgsqlConnection?> BlockAsync(LiveSystem system, string? table)
    {
        if (table is null)
            return null;
        var connection = await system.Database.Source.OpenConnectionAsync();
        await using var block = new NpgsqlCommand($"begin; lock table {table} in exclusive mode", connection);
        await block.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<bool> WaitsAsync(LiveSystem system) =>
        await system.AnswerAsync("/v1/tenants/acme/rate-limit") is { } budget && budget.GetProperty("waiting").GetInt32() > 0;

    private static async Task<long> CallsAsync(LiveSystem system) => (await system.SimulatorCallsAsync()).GetProperty("count").GetInt64();
}
