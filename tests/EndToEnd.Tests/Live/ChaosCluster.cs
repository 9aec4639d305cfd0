using System.Globalization;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>
/// Three silos with accounts that sync by themselves, and one whose budget is far too small. After a fault every account
/// is on schedule again, SQL holds what the source holds (no row lost, none doubled), and the source was not called
/// more often than the small budget allows, both by the simulator's own account.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private const int Accounts = 9;

    // Of 20 calls per hour 18 are given out; its account would like to make hundreds.
    private const int SmallBudget = 20;
    private const int Spendable = 18;

    private readonly Func<int, ChaosCluster, Task<HostProcess>> _start;
    private int _started;

    private ChaosCluster(LiveSystem system, Func<int, ChaosCluster, Task<HostProcess>> start) => (System, _start) = (system, start);

    public LiveSystem System { get; }

    public List<HostProcess> Silos { get; } = [];

    private string Poor => System.Simulator.AccountIds[Accounts];

    private IEnumerable<string> Rich => System.Simulator.AccountIds.Take(Accounts);

    /// <param name="start">How a silo is started, by its number. Default: on loopback.</param>
    /// <param name="server">Where the database is. Default: the tests' server.</param>
    /// <param name="api">Whether there is an API, too.</param>
    public static async Task<ChaosCluster> StartAsync(
        Func<int, ChaosCluster, Task<HostProcess>>? start = null, TestPostgres? server = null, bool api = false)
    {
        var system = await LiveSystem.StartAsync(
            new TenantSettings("Acme", "EUR", null, "fixed", 1_000_000), silo: false, api: api, accounts: Accounts + 1, connected: Accounts, server: server);
        var cluster = new ChaosCluster(system, start ?? ((_, cluster) => cluster.System.NewSiloAsync()));
        try
        {
            await cluster.ComeUpAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task StartSiloAsync() => Silos.Add(await _start(_started++, this));

    /// <summary>The fault happens, and everything is well afterwards.</summary>
    public async Task HealsAsync(Func<Task> fault)
    {
        await fault();

        await OnScheduleAsync();
        await AssertTruthAsync();
        Assert.InRange((await System.SimulatorCallsAsync(Poor)).Length, 1, Spendable);
    }

    public async Task KillAsync(int many)
    {
        await Task.WhenAll(Silos.Take(many).Select(silo => silo.KillAsync()));
        for (; many > 0; many--)
            await RemoveAsync();
    }

    public async Task RemoveAsync()
    {
        await Silos[0].DisposeAsync();
        Silos.RemoveAt(0);
    }

    /// <summary>As a supervisor does: who has ended is started anew.</summary>
    public async Task ReplaceEndedAsync()
    {
        foreach (var ended in Silos.Where(silo => silo.HasEnded).ToArray())
        {
            Silos.Remove(ended);
            await ended.DisposeAsync();
            await StartSiloAsync();
        }
    }

    /// <summary>Each account has run as a whole after this moment, and called its source.</summary>
    public async Task OnScheduleAsync()
    {
        var called = (await System.SimulatorCallsAsync()).GetProperty("count").GetInt64();
        var since = (await System.Database.ScalarAsync<DateTime>("select clock_timestamp()")).ToString("O", CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(
            () => System.Database.ScalarAsync<bool>($"""
                select count(distinct ad_account_id) = {Accounts} from sync_runs
                where job = 'tier' and status = 'succeeded' and started_at > '{since}' and ad_account_id <> '{Poor}'
                """),
            () => $"every account is on schedule; the silos say: {string.Join('\n', Silos.Select(silo => silo.Log))}");
        // What was read before a run was broken off is not read again, so the next may call first.
        foreach (var account in Rich)
        {
            await Eventually.TrueAsync(
                async () => Array.Exists(await System.SimulatorCallsAsync(account, called), call => call.GetProperty("status").GetInt32() == 200), $"{account} is called for");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
            await silo.DisposeAsync();
        await System.DisposeAsync();
    }

    private async Task ComeUpAsync()
    {
        await System.ConnectAsync("poor", new TenantSettings("Poor", "EUR", null, "fixed", SmallBudget), [Poor]);
        for (var number = 0; number < 3; number++)
            await StartSiloAsync();
        await System.Database.ExecuteAsync("""update ad_accounts set enabled = true, settings = '{"interval_seconds": 4}'""");
        await Eventually.TrueAsync(
            () => System.Database.ScalarAsync<bool>($"select count(*) >= {Accounts} from sync_runs where job = 'initial' and status = 'succeeded' and ad_account_id <> '{Poor}'"), "the first days are read");
        await OnScheduleAsync();
        await Eventually.TrueAsync(async () => (await System.SimulatorCallsAsync(Poor)).Length > 0, "the poor account calls");
    }

    private async Task AssertTruthAsync()
    {
        foreach (var account in Rich)
        {
            var read = Assert.Single(await System.Database.RowsAsync(
                "select min(window_since), max(window_until) from sync_runs where ad_account_id = $1 and job in ('initial', 'tier') and status = 'succeeded'", account)).Trim('(', ')').Split(',');
            var (since, until) = (DateOnly.Parse(read[0], CultureInfo.InvariantCulture), DateOnly.Parse(read[1], CultureInfo.InvariantCulture));
            var truth = System.Simulator.Truth(account, since, until);
            Assert.Equal(
                $"({truth.Rows},{truth.Spend},{truth.Impressions},{truth.Clicks})",
                Assert.Single(await System.Database.RowsAsync(
                    "select count(*), coalesce(trim_scale(sum(spend)), 0), coalesce(sum(impressions), 0), coalesce(sum(clicks), 0) from fact_meta_daily where ad_account_id = $1 and date between $2 and $3",
                    account, since, until)));
        }
    }
}
