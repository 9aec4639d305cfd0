using System.Reflection;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Testing;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Grains.Tests;

public sealed class StandstillWatchTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly StartGate _gate;
    private long _accounts;

    public StandstillWatchTests() =>
        _gate = new StartGate(DispatchProxy.Create<IGrainFactory, NoGrains>(), Options.Create(new SlowStartOptions()), _time, NullLogger<StartGate>.Instance);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task After_an_outage_of_PostgreSQL_and_after_a_pause_of_everything_runs_begin_slowly_again()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await using var nowhere = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = "postgres://me@127.0.0.1:1/away" });
        var (there, away, everything) = (Watch(database.Source), Watch(nowhere), new SchedulerSwitch(database.Source, _time));

        await LookAsync(there, TimeSpan.FromMinutes(2));
        Assert.Equal(100, Begun());

        await LookAsync(away, TimeSpan.FromSeconds(50));
        await LookAsync(there, TimeSpan.FromSeconds(5));
        Assert.Equal(100, Begun());

        await LookAsync(away, TimeSpan.FromMinutes(2));
        await LookAsync(there, TimeSpan.Zero);
        Assert.InRange(Begun(), 1, 10);

        await LookAsync(there, TimeSpan.FromMinutes(1));
        Assert.Equal(100, Begun());

        await everything.SetAsync(false, null, "operator", default);
        await LookAsync(there, TimeSpan.FromSeconds(5));
        await everything.SetAsync(true, null, "operator", default);
        await LookAsync(there, TimeSpan.Zero);
        Assert.InRange(Begun(), 1, 10);
    }

    [Fact]
    public async Task It_looks_every_few_seconds_until_its_silo_stops_whatever_it_finds()
    {
        await using var nowhere = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = "postgres://me@127.0.0.1:1/away" });
        using var stop = new CancellationTokenSource();
        var running = Watch(nowhere).RunAsync(stop.Token);

        for (var looks = 0; looks < 3; looks++)
        {
            await Eventually.TrueAsync(() => Task.FromResult(_time.ArmedTimers.Contains(_time.GetUtcNow() + TimeSpan.FromSeconds(5))), "it rests for five seconds");
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running;
    }

    private StandstillWatch Watch(NpgsqlDataSource source) =>
        new(new SchedulerSwitch(source, _time), _gate, _time, NullLogger<StandstillWatch>.Instance);

    private async Task LookAsync(StandstillWatch watch, TimeSpan time)
    {
        await watch.LookAsync(default);
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await watch.LookAsync(default);
        }
    }

    // How many of many that come at once may begin; the others go away again.
    private int Begun()
    {
        var tenant = new TenantId(Guid.Empty);
        AdAccountKey[] keys = [.. Enumerable.Range(0, 300).Select(_ => new AdAccountKey(tenant, AdAccountId.Parse($"act_{++_accounts}")))];
        var begun = keys.Count(key => _gate.Hold(new Starter(Priority.Medium, _time.GetUtcNow(), key)) is null);
        foreach (var key in keys)
            _gate.Leave(key);
        return begun;
    }

    /// <summary>Grains of a silo whose line calls nobody.</summary>
    public class NoGrains : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException($"{targetMethod?.Name} is not called here.");
    }
}
