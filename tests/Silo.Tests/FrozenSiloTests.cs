using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Silo.Hosting;
using MetaGrains.Testing;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Silo.Tests;

/// <summary>A silo that stands still for a moment, as where a machine is moved or memory is short, has not died.</summary>
public sealed class FrozenSiloTests
{
    private const int AtOnce = 30;

    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(2);
    // What a silo says when it has begun to start and has not joined.
    private static readonly string Starts = AppContext.BaseDirectory.Contains("Orleans", StringComparison.Ordinal) ? "Initializing silo" : "schemaMode";

    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(2);

    // Those that are there do not count from the start of its process.
    [Fact]
    public async Task Who_takes_longer_to_start_than_the_others_have_patience_joins()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        using var impatient = RunningSilo.Start(new Dictionary<string, string?>(settings) { ["MetaGrains__Silo__JoinPatience"] = "00:00:01" }, "--listen", "127.0.0.1:0");
        await impatient.ReadyAsync();
        using var slow = RunningSilo.Start(settings, "--listen", "127.0.0.1:0");
        await slow.SaysAsync(Starts);
        slow.Freeze();
        await Task.Delay(Freeze, TimeProvider.System);
        slow.Thaw();
        await slow.ReadyAsync();

        var cluster = new ClusterDirectory(database.Source);
        await Eventually.TrueAsync(
            async () => (await cluster.SilosAsync("metagrains", default)).Count(silo => silo.Status == "active") == 2,
            () => $"both are in; the slow one {slow.LastWords ?? "runs"}");
    }

    [Fact]
    public async Task Frozen_for_two_seconds_it_keeps_its_place_and_its_accounts_and_every_call_is_answered()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        var cluster = new ClusterDirectory(database.Source);
        using var first = RunningSilo.Start(settings, "--listen", "127.0.0.1:0");
        await first.ReadyAsync();
        using var second = RunningSilo.Start(settings, "--listen", "127.0.0.1:0");
        await second.ReadyAsync();
        using var client = await ClientAsync(database.Url);
        var grains = client.Services.GetRequiredService<IGrainFactory>();
        // Where an account wakes it stays, and who has just joined may not be known yet: then others wake.
        var (accounts, places) = (0, new Dictionary<string, int>(StringComparer.Ordinal));
        await Eventually.TrueAsync(async () => await AskAllAsync(grains, accounts += AtOnce) && (await PlacesAsync(grains)).Count == 2, "both silos have accounts");
        // What a silo tells of itself may be as old as its heartbeat.
        await Eventually.TrueAsync(async () => (places = await PlacesAsync(grains)).Values.Sum() == accounts, "all accounts are told of");
        var silos = await SilosAsync(cluster);

        second.Freeze();
        // The freeze is the fault itself: nothing can be waited for.
        var asking = AskAllAsync(grains, accounts);
        await Task.Delay(Freeze, TimeProvider.System);
        second.Thaw();

        Assert.True(await asking);
        Assert.True(await AskAllAsync(grains, accounts));
        Assert.Equal(silos, await SilosAsync(cluster));
        Assert.Equal(places.OrderBy(place => place.Key, StringComparer.Ordinal), (await PlacesAsync(grains)).OrderBy(place => place.Key, StringComparer.Ordinal));
        await client.StopAsync();
    }

    private static async Task<bool> AskAllAsync(IGrainFactory grains, int accounts)
    {
        await Task.WhenAll(Enumerable.Range(0, accounts).Select(number => AskAsync(grains, number)));
        return true;
    }

    // As the API asks: what was not answered for two seconds is asked again.
    private static Task AskAsync(IGrainFactory grains, int number) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await grains.AdAccount(new AdAccountKey(new TenantId(Guid.Empty), AdAccountId.Parse($"act_{number + 1}"))).GetStatusAsync().WaitAsync(Attempt, TimeProvider.System);
                return true;
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException)
            {
                return false;
            }
        },
        $"account {number} answers");

    private static async Task<Dictionary<string, int>> PlacesAsync(IGrainFactory grains) =>
        (await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics())
            .Where(one => one.GrainType.Contains("AdAccountGrain", StringComparison.Ordinal))
            .GroupBy(one => one.SiloAddress.ToParsableString(), StringComparer.Ordinal)
            .ToDictionary(silo => silo.Key, silo => silo.Sum(one => one.ActivationCount), StringComparer.Ordinal);

    private static async Task<string[]> SilosAsync(ClusterDirectory cluster) =>
        [.. (await cluster.SilosAsync(EngineSetup.ClusterName, default)).Select(silo => $"{silo.Silo} {silo.Status}").Order(StringComparer.Ordinal)];

    private static async Task<IHost> ClientAsync(string databaseUrl)
    {
        var host = new HostBuilder()
            .UseOrleansClient(client => client
                .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = EngineSetup.ClusterName)
                .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", DatabaseUrl.ForEngine(databaseUrl).ConnectionString)))
            .ConfigureServices(services => services.AddGrainContracts())
            .Build();
        await host.StartAsync();
        return host;
    }
}
