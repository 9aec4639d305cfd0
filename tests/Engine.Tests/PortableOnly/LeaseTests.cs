using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.TestingHost;
using Line = MetaGrains.Testing.Line;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>What silos do without their database, and what they find when it is back.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly List<Line> _lines = [];
    private TestDatabase _database = null!;
    private TestCluster _cluster = null!;

    private IRoamer[] Roamers => [.. Enumerable.Range(0, 50).Select(number => _cluster.GrainFactory.GetGrain<IRoamer>($"{_run}/{number}"))];

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        var builder = new TestClusterBuilder(2).AddSiloBuilderConfigurator<SiloOnLine>().AddSiloBuilderConfigurator<LivelySilo>();
        for (var number = 0; number < 2; number++)
        {
            var direct = new NpgsqlConnectionStringBuilder(DatabaseCluster.ConnectionString(_database));
            _lines.Add(Line.To(direct.Host!, direct.Port));
            (direct.Port, direct.Timeout) = (_lines[number].Port, 2);
            builder.Properties[SiloOnLine.Setting(number)] = direct.ConnectionString;
        }

        _cluster = builder.Build();
        await _cluster.DeployAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    public async Task DisposeAsync()
    {
        Mend();
        await _cluster.DisposeAsync();
        foreach (var line in _lines)
            await line.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Long_without_the_database_no_turn_begins_and_afterwards_every_grain_goes_on_where_it_was()
    {
        var before = await Task.WhenAll(Roamers.Select(roamer => roamer.Where()));
        var epochs = await EpochsAsync();

        Cut();
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select min(silence) > 8 * min(period) and not bool_or(lock_held) from engine.silo_health"), "the silos look dead");
        var calls = Roamers.Select(roamer => roamer.Where()).ToArray();
        await Wait.UntilAsync(() => Silos().All(silo => silo.GetRequiredService<Ownership>().IsSuspended), "both silos stand still");
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        // The first to be back finds the other as good as dead.
        _lines[0].Mend();
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select min(silence) < min(period) from engine.silo_health"), "one silo is back");
        _lines[1].Mend();

        var after = await Task.WhenAll(calls);
        Assert.Equal(before.Select(where => (where.Silo, where.Life, where.Calls + 1)), after.Select(where => (where.Silo, where.Life, where.Calls)));
        await _cluster.WaitForLivenessToStabilizeAsync();
        Assert.Equal(epochs, await EpochsAsync());
    }

    [Fact]
    public async Task A_turn_under_way_stops_at_its_next_step_when_the_lease_ends()
    {
        var gate = $"{_run}/gate";
        var call = Roamers[0].WaitAtGate(gate);
        await Gate.Named(gate).Reached;

        Cut();
        await Wait.UntilAsync(() => Silos().All(silo => !silo.GetRequiredService<Ownership>().MayRun(out _)), "the leases have ended");
        Gate.Named(gate).Open();
        await Wait.UntilAsync(() => _database.ScalarAsync<bool>("select min(silence) > 6 * min(period) from engine.silo_health"), "some time has passed");
        Assert.False(call.IsCompleted);
        Mend();

        Assert.Equal("passed", await call);
    }

    [Fact]
    public async Task What_another_silo_has_taken_is_dropped_without_a_word_and_lives_there()
    {
        var roamer = Roamers[0];
        var before = await roamer.Where();
        var key = roamer.GetPrimaryKeyString();

        await _database.ExecuteAsync(
            "update engine.partitions set owner = (select silo from engine.silos where silo <> $1), epoch = epoch + 1 where owner = $1", before.Silo.ToParsableString());

        await Wait.UntilAsync(async () => (await roamer.Where()).Life != before.Life, "the grain lives anew");
        Assert.DoesNotContain(Journal.Of(key), line => line == $"ended: {DeactivationReasonCode.DirectoryFailure}");
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    private void Cut() => _lines.ForEach(line => line.Cut());

    private void Mend() => _lines.ForEach(line => line.Mend());

    private IServiceProvider[] Silos() => [.. _cluster.Silos.Select(silo => _cluster.GetSiloServiceProvider(silo.SiloAddress))];

    private Task<IReadOnlyList<string>> EpochsAsync() => _database.RowsAsync("select partition, owner, epoch from engine.partitions order by partition");

    /// <summary>Gives silos their lines in turn.</summary>
    internal sealed class SiloOnLine : ISiloConfigurator
    {
        private static int _number;

        public static string Setting(int number) => $"{DatabaseCluster.Setting}:{number}";

        public void Configure(ISiloBuilder siloBuilder)
        {
            var number = Interlocked.Increment(ref _number) % 2;
            siloBuilder.Configuration[DatabaseCluster.Setting] = siloBuilder.Configuration[Setting(number)];
            new DatabaseCluster.Silo().Configure(siloBuilder);
        }
    }
}
