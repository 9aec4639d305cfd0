using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Reminders over outages of the silo, in virtual time, on a real database.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string _key = $"sleeper/{Guid.NewGuid():N}";
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_tick_that_fell_into_an_outage_comes_once_when_the_silo_is_back()
    {
        using (var silo = await StartAsync())
        {
            await Sleeper(silo).Remind("wake", Hour, Hour);
            await silo.StopAsync();
        }

        _time.Advance(Hour * 5.5);
        using var next = await StartAsync();
        await Wait.UntilAsync(() => Ticks() == 1, "the missed tick came");
        await Wait.UntilAsync(() => next.Services.GetRequiredService<ReminderService>().NextDue == At(6), "the next tick is planned for the next multiple");
        Assert.Equal(1, Ticks());
        _time.Advance(Hour / 2);
        await Wait.UntilAsync(() => Ticks() == 2, "the next tick came");
        await next.StopAsync();
    }

    [Fact]
    public async Task A_tick_that_was_delivered_does_not_come_again_after_a_restart()
    {
        using (var silo = await StartAsync())
        {
            await Sleeper(silo).Remind("wake", Hour, Hour);
            _time.Advance(Hour);
            await Wait.UntilAsync(() => Ticks() == 1, "it ticked");
            _time.Advance(TimeSpan.FromSeconds(1));
            await silo.StopAsync();
        }

        using var next = await StartAsync();
        await Sleeper(next).Remind("other", TimeSpan.Zero, Hour);
        await Wait.UntilAsync(() => Journal.Of(_key).Contains($"other {Hour}"), "a later tick came");

        Assert.Equal(1, Ticks());
        await next.StopAsync();
    }

    [Fact]
    public async Task Progress_is_one_watermark_per_partition_and_never_ahead_of_what_is_open()
    {
        var table = Table();
        await table.StartAsync();
        var (early, late) = (_time.GetUtcNow().UtcDateTime, _time.GetUtcNow().UtcDateTime + Hour);

        await table.WriteAsync([.. Enumerable.Range(0, 256).Select(partition => new Watermark(partition, late, 1))], CancellationToken.None);
        await table.WriteAsync([new Watermark(0, early, 1)], CancellationToken.None);

        Assert.All(await table.ReadAsync(CancellationToken.None), moment => Assert.Equal(late, moment));
        await table.DisposeAsync();
    }

    [Fact]
    public async Task Rows_are_read_by_ranges_of_the_hash_that_wrap_around()
    {
        var table = Table();
        await table.StartAsync();
        var grains = Enumerable.Range(0, 100).Select(i => GrainId.Create("account", $"order:{i}")).ToArray();
        foreach (var grain in grains)
            await table.UpsertRow(new ReminderEntry { GrainId = grain, ReminderName = "r", StartAt = _time.GetUtcNow().UtcDateTime, Period = TimeSpan.FromDays(49) });

        foreach (var (begin, end) in Enumerable.Range(0, 256).Select(ReminderTimes.Range).Append((0u, 0u)).Append((uint.MaxValue - 5, 1u << 31)).Append((1u << 31, 7u)))
        {
            var expected = grains.Where(grain => grain.GetUniformHashCode() is var hash && (begin < end ? hash > begin && hash <= end : hash > begin || hash <= end));
            Assert.Equal(expected.Order(), (await table.ReadRows(begin, end)).Reminders.Select(row => row.GrainId).Order());
        }

        Assert.Equal(TimeSpan.FromDays(49), (await table.ReadRow(grains[0], "r"))!.Period);
        await table.DisposeAsync();
    }

    [Fact]
    public async Task A_silo_is_in_the_table_while_it_lives_and_one_of_another_cluster_of_the_service_waits_for_it()
    {
        using var silo = await StartAsync();
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from engine.silos where status = 3"));

        var waiting = StartAsync(TimeProvider.System, "green");
        Assert.False(waiting.IsCompleted);
        await silo.StopAsync();

        using var next = await waiting;
        await next.StopAsync();
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from engine.silos"));
        Assert.Equal("Portable", await _database.ScalarAsync<string>("select engine from engine.cluster"));
    }

    [Fact]
    public async Task A_silo_does_not_start_beside_a_living_one_of_the_other_engine()
    {
        await Table().StartAsync();
        await _database.ExecuteAsync("""
            insert into engine.cluster values ('service', 'Orleans', now());
            create table orleansmembershiptable (deploymentid text, status int, iamalivetime timestamptz);
            insert into orleansmembershiptable values ('cluster', 3, now());
            """);

        await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAsync());
        await _database.ExecuteAsync("update orleansmembershiptable set iamalivetime = now() - interval '5 minutes'");

        using var silo = await StartAsync();
        await silo.StopAsync();
    }

    private static DateTime At(int hour) => new(2026, 3, 1, hour, 0, 0, DateTimeKind.Utc);

    private int Ticks() => Journal.Of(_key).Count(line => line == $"wake {Hour}");

    private ISleeper Sleeper(IHost silo) => silo.Services.GetRequiredService<IGrainFactory>().GetGrain<ISleeper>(_key);

    private PostgresReminderTable Table() => new(
        Options.Create(new AdoNetReminderTableOptions { Invariant = "Npgsql", ConnectionString = DatabaseCluster.ConnectionString(_database) }),
        Options.Create(new ClusterOptions { ServiceId = "service" }),
        new Ownership(_time));

    private async Task<IHost> StartAsync(TimeProvider? time = null, string cluster = "cluster")
    {
        var database = DatabaseCluster.ConnectionString(_database);
        var host = new HostBuilder().UseOrleans(silo => silo
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, "service"))
            .Configure<EndpointOptions>(options => (options.GatewayPort, options.SiloPort) = (0, 0))
            .AddMemoryGrainStorageAsDefault()
            .AddMemoryGrainStorage("other")
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
            .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
            .ConfigureServices(services => services.AddSingleton(time ?? _time))).Build();
        await host.StartAsync();
        return host;
    }
}
