using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Silos in processes of their own, frozen, killed and told to end; the client finds them through the database.</summary>
public sealed class SiloProcessTests : IAsyncLifetime
{
    private const string Owner = "select owner from engine.partitions where partition = $1";

    private readonly List<SiloProcess> _silos = [];
    private TestDatabase _database = null!;
    private IHost _client = null!;

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateEmptyAsync();
        await StartSiloAsync();
        await StartSiloAsync();
        _client = await StartClientAsync();
        await BalancedAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
        foreach (var silo in _silos)
            await silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_silo_that_was_frozen_longer_than_its_lease_writes_nothing_when_it_thaws()
    {
        var straggler = Straggler("frozen");
        await straggler.Write(1);
        var frozen = await OwnerOfAsync(straggler);
        await straggler.WriteLater(2, TimeSpan.FromSeconds(1));
        await Wait.UntilAsync(() => frozen.Lines.Contains("begun"), "the write is on its way");

        await frozen.FreezeAsync();
        await Wait.UntilAsync(async () => await OwnerOfAsync(straggler) != frozen, "another silo owns the grain");
        // Only read there, so that the version alone would let the write through.
        Assert.Equal(1, await AskAsync(straggler.Read));
        await frozen.ThawAsync();

        await Wait.UntilAsync(() => frozen.Lines.Any(line => line.Contains("written", StringComparison.Ordinal)), "the thawed silo has tried");
        Assert.Contains("not written: InconsistentStateException", frozen.Lines);
        Assert.Equal(1, await _database.ScalarAsync<int>("select version from orleansstorage"));
        Assert.Equal(1, await AskAsync(straggler.Read));
        await BalancedAsync();
    }

    [Fact]
    public async Task A_client_survives_the_death_of_any_silo()
    {
        var roamers = Roamers();
        foreach (var victim in _silos.ToArray())
        {
            await StartSiloAsync();
            await BalancedAsync();
            await Task.WhenAll(roamers.Select(roamer => roamer.Where()));
            victim.Kill();
            _silos.Remove(victim);

            var where = await Task.WhenAll(roamers.Select(roamer => AskAsync(roamer.Where)));

            Assert.DoesNotContain(SiloAddress.FromParsableString(victim.Silo), where.Select(one => one.Silo));
            await victim.DisposeAsync();
        }
    }

    [Fact]
    public async Task No_call_fails_while_processes_are_told_to_end_and_replaced()
    {
        await using var calls = new CallsAllTheTime(Roamers());

        foreach (var old in _silos.ToArray())
        {
            await StartSiloAsync();
            await old.TerminateAsync();
            Assert.Equal(0, await old.EndAsync());
            _silos.Remove(old);
            await old.DisposeAsync();
        }

        await calls.StopAsync();
        Assert.Equal(_silos.Select(silo => $"({silo.Silo})").Order(), (await _database.RowsAsync("select silo from engine.silos")).Order());
    }

    private IRoamer[] Roamers() => [.. Enumerable.Range(0, 100).Select(number => _client.Services.GetRequiredService<IGrainFactory>().GetGrain<IRoamer>($"roamer/{number}"))];

    private IStraggler Straggler(string key) => _client.Services.GetRequiredService<IGrainFactory>().GetGrain<IStraggler>(key);

    // A call to a silo that dies meanwhile may have run. Asking is harmless, so it is asked again.
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (SiloUnavailableException exception) when (exception.Message.Contains("may have run", StringComparison.Ordinal))
            {
            }
        }
    }

    private async Task<SiloProcess> OwnerOfAsync(IAddressable grain)
    {
        var owner = await _database.ScalarAsync<string>(Owner, (int)(grain.GetGrainId().GetUniformHashCode() >> 24));
        return _silos.Single(silo => silo.Silo == owner);
    }

    private async Task StartSiloAsync() => _silos.Add(await SiloProcess.StartAsync(_database));

    private Task BalancedAsync() => Wait.UntilAsync(
        () => _database.ScalarAsync<bool>("select count(*) filter (where status = 'active') = $1 and sum(partitions) = 256 and max(partitions) - min(partitions) filter (where status = 'active') <= 1 from engine.cluster_silos", _silos.Count), "the partitions are shared out");

    private async Task<IHost> StartClientAsync()
    {
        var host = new HostBuilder().UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (SiloProgram.Identity, SiloProgram.Identity))
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", DatabaseCluster.ConnectionString(_database)))).Build();
        await host.StartAsync();
        return host;
    }
}
