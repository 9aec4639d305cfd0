using MetaGrains.Core.Upkeep;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Tenants;
using MetaGrains.Warehouse.Upkeep;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Tests;

public sealed class UpkeepLoopTests
{
    private const string Months = "select count(*) from pg_inherits where inhparent in ('meta_insights_daily'::regclass, 'meta_insights_raw'::regclass)";

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task It_works_at_the_start_and_every_hour_and_a_failed_round_is_tried_again_soon()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        using var stop = new CancellationTokenSource();
        var running = Loop(database).RunAsync(stop.Token);

        Assert.Equal(TimeSpan.FromSeconds(5), await NextAsync());
        await MonthsAsync(database, 6);
        Assert.Equal(TimeSpan.FromHours(1), await NextAsync(later: TimeSpan.FromDays(31)));
        await MonthsAsync(database, 8);

        await database.ExecuteAsync("alter function ensure_insight_partitions(date, date) rename to away");
        Assert.Equal(TimeSpan.FromHours(1), await NextAsync(later: TimeSpan.FromDays(31)));
        await RestsAsync();
        await database.ExecuteAsync("alter function away(date, date) rename to ensure_insight_partitions");
        Assert.Equal(TimeSpan.FromMinutes(1), await NextAsync());
        await MonthsAsync(database, 10);
        Assert.False(running.IsCompleted);

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_tenant_that_is_deleted_is_forgotten_by_its_grains_and_then_erased_with_their_state()
    {
        await using var cluster = await AccountCluster.StartAsync(upkeep: true);
        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where status = 'succeeded'") >= 1, "it runs");

        await cluster.Database.ExecuteAsync("update tenants set deleted_at = now() - interval '1 day'");
        await Eventually.TrueAsync(
            async () => await cluster.Database.ScalarAsync<long>("select count(*) from account_schedule") == 0 && await cluster.RemindersAsync("acct/") == 0, "the account is forgotten");
        var erasure = new TenantErasure(cluster.Database.Source, new TenantEraser(cluster.Database.Source, TimeProvider.System), TimeProvider.System);
        await Eventually.TrueAsync(async () => (await erasure.RunAsync(TimeSpan.FromHours(24), default)).Any(result => result.Erased is not null), "it is erased");

        var tenant = cluster.Account.Tenant.ToString();
        Assert.Empty(await cluster.Database.RowsAsync("select 'tenant', slug from tenants union all select 'run', job from sync_runs union all select 'row', report from meta_insights_daily"));
        Assert.False(await cluster.Grain.RefreshAsync());
        Assert.Empty(await cluster.Database.RowsAsync("select graintypestring, version, modifiedon from engine.orleansstorage s where payloadbinary is not null and strpos(s::text, $1) > 0", tenant));
    }

    [Theory]
    [InlineData("First", "02:00:00")]
    [InlineData("Every", "00:00:00")]
    [InlineData("Retry", "05:00:00")]
    [InlineData("EraseAfter", "-00:00:01")]
    public void Nonsense_is_refused_by_its_key(string key, string value)
    {
        var options = new UpkeepOptions();
        typeof(UpkeepOptions).GetProperty(key)!.SetValue(options, TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture));

        Assert.StartsWith($"MetaGrains:Upkeep:{key} must be", options.Refuse(), StringComparison.Ordinal);
        Assert.Null(new UpkeepOptions().Refuse());
    }

    private UpkeepLoop Loop(TestDatabase database) => new(
        new WarehouseUpkeep(database.Source, new RetentionOptions(), _time),
        new AccountLearning(new Warehouse.Control.LookbackStore(database.Source), new Warehouse.Control.AutoTierStore(database.Source), _time),
        new TenantErasure(database.Source, new TenantEraser(database.Source, _time), _time),
        Options.Create(new UpkeepOptions()), _time, NullLogger<UpkeepLoop>.Instance)
    { Chance = () => 0 };

    private static Task MonthsAsync(TestDatabase database, long months) =>
        Eventually.TrueAsync(async () => await database.ScalarAsync<long>(Months) >= months, $"{months} months are there");

    private Task RestsAsync() => Eventually.TrueAsync(() => Task.FromResult(_time.ArmedTimers.Count == 1), "it rests");

    /// <summary>Waits until the loop rests, and ends its rest.</summary>
    /// <param name="later">How much the clock jumps meanwhile.</param>
    /// <returns>How long it meant to rest.</returns>
    private async Task<TimeSpan> NextAsync(TimeSpan later = default)
    {
        await RestsAsync();
        var rest = _time.ArmedTimers[0] - _time.GetUtcNow();
        _time.SetUtcNow(_time.GetUtcNow() + later);
        _time.AdvanceToNextTimer();
        return rest;
    }
}
