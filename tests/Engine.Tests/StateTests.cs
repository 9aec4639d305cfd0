using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Orleans.Storage;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

/// <summary>What holds for state in every storage.</summary>
public abstract class StateTests(TestCluster cluster)
{
    [Fact]
    public async Task A_new_grain_has_a_fresh_record_that_does_not_exist()
    {
        var seen = await Keeper().See();

        Assert.Equal((0, null, false, null), (seen.Number, seen.Text, seen.Exists, seen.Etag));
    }

    [Fact]
    public async Task What_is_written_is_there_in_the_next_life()
    {
        var keeper = Keeper();
        var written = await keeper.Write(7, "sieben ✓");

        await cluster.DeactivateAsync((IAddressable)keeper);
        var seen = await keeper.See();

        Assert.NotEqual(written.Life, seen.Life);
        Assert.Equal((7, "sieben ✓", true, written.Etag), (seen.Number, seen.Text, seen.Exists, seen.Etag));
    }

    [Fact]
    public async Task Every_write_has_another_etag()
    {
        var keeper = Keeper();

        var etags = new[] { await keeper.Write(1, null), await keeper.Write(1, null), await keeper.Write(1, null) }.Select(seen => seen.Etag).ToArray();

        Assert.Equal(3, etags.Distinct().Count());
    }

    [Fact]
    public async Task A_stale_write_fails_and_ends_the_activation()
    {
        var keeper = Keeper();
        var first = await keeper.Write(1, "mine");
        await keeper.Meddle();

        await Assert.ThrowsAsync<InconsistentStateException>(() => keeper.Write(9, "lost"));
        var seen = await keeper.See();

        Assert.NotEqual(first.Life, seen.Life);
        Assert.Equal((2, "mine"), (seen.Number, seen.Text));
        Assert.Contains("ended: ApplicationError", Journal.Of(keeper.GetPrimaryKeyString()));
    }

    [Fact]
    public async Task A_first_write_fails_where_somebody_else_was_first()
    {
        var keeper = Keeper();
        await keeper.See();
        await keeper.Meddle();

        await Assert.ThrowsAsync<InconsistentStateException>(() => keeper.Write(9, "lost"));
    }

    [Fact]
    public async Task Reading_again_sees_what_somebody_else_wrote()
    {
        var keeper = Keeper();
        await keeper.Write(1, "mine");
        await keeper.Meddle();

        Assert.Equal(2, (await keeper.Read()).Number);
        Assert.Equal(3, (await keeper.Write(3, "again")).Number);
    }

    [Fact]
    public async Task A_cleared_record_does_not_exist_and_can_be_written_again()
    {
        var keeper = Keeper();
        await keeper.Write(5, "gone");

        var cleared = await keeper.Clear();
        await cluster.DeactivateAsync((IAddressable)keeper);
        var seen = await keeper.See();

        Assert.Equal((0, null, false), (cleared.Number, cleared.Text, cleared.Exists));
        Assert.Equal((0, false, cleared.Etag), (seen.Number, seen.Exists, seen.Etag));
        Assert.True((await keeper.Write(6, "back")).Exists);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_does_nothing() => Assert.False((await Keeper().Clear()).Exists);

    [Fact]
    public async Task Two_records_of_a_grain_are_apart()
    {
        var keeper = Keeper();

        await keeper.Write(1, "one");
        Assert.Equal(2, (await keeper.WriteOther(2)).Number);
        Assert.False((await keeper.ClearOther()).Exists);

        Assert.Equal(1, (await keeper.Read()).Number);
        Assert.Equal(4, (await keeper.WriteOther(4)).Number);
    }

    private IKeeper Keeper() => cluster.GrainFactory.GetGrain<IKeeper>($"keeper/{Guid.NewGuid():N}");
}

[Collection(MemoryCluster.Name)]
public sealed class MemoryStateTests(MemoryCluster cluster) : StateTests(cluster.Cluster);

[Collection(DatabaseCluster.Name)]
public sealed class DatabaseStateTests(DatabaseCluster cluster) : StateTests(cluster.Cluster);
