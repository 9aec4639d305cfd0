using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Reminders whose silo dies.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private readonly string _key = $"straggler/{Guid.NewGuid():N}";
    private TestDatabase _database = null!;
    private TestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        _cluster = DatabaseCluster.Builder(_database, 2).AddSiloBuilderConfigurator<LivelySilo>().Build();
        await _cluster.DeployAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_tick_that_was_due_while_nobody_owned_its_partition_comes_once()
    {
        var straggler = _cluster.GrainFactory.GetGrain<IStraggler>(_key);
        var partition = ReminderTimes.PartitionOf(straggler.GetGrainId());
        var hour = TimeSpan.FromHours(1);
        await straggler.Remind("late", hour, hour);
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select count(*) = 1 from engine.reminder_partitions where partition = $1", partition), "the partition has a watermark");
        var owner = await _database.ScalarAsync<string>("select owner from engine.partitions where partition = $1", partition);

        // Its silo does not look at the row again so soon: it does not know that the tick is due at the moment of its death.
        await _database.ExecuteAsync("update orleansreminderstable set starttime = clock_timestamp()");
        await _cluster.KillSiloAsync(_cluster.Silos.Single(silo => silo.SiloAddress.ToParsableString() == owner));

        await Wait.UntilAsync(() => Journal.Of(_key).Length > 0, "the tick came");
        var heir = _cluster.GetSiloServiceProvider(_cluster.GetActiveSilos().Single().SiloAddress).GetRequiredService<ReminderService>();
        await Wait.UntilAsync(() => heir.NextDue > TimeProvider.System.GetUtcNow().UtcDateTime + (hour / 2), "the next tick is planned");
        Assert.Single(Journal.Of(_key));
    }
}
