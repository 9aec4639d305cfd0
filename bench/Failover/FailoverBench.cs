using MetaGrains.Bench.Measure;
using MetaGrains.Core.Accounts;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace MetaGrains.Bench.Failover;

/// <summary>
/// Three silos with many accounts; one is killed, another leaves in order. How long a caller outside waits at most for
/// each account that is asked all the time, and how many calls are made in vain.
/// </summary>
/// <param name="databaseUrl">The server; the benchmark makes a database of its own there.</param>
/// <param name="engine">The engine of the silos, which is this program's.</param>
/// <param name="accounts">Accounts, all of them awake.</param>
/// <param name="rounds">How often each is done; a round starts the silo anew that has gone.</param>
internal sealed class FailoverBench(string databaseUrl, string engine, int accounts, int rounds)
{
    private const int Silos = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Thousands of accounts asked all the time would measure this program. So much of it must stay idle that no call
    // waits for another, which the figure of the calm tells.
    private const int CallsPerSecond = 600;

    private readonly string _key = EncryptionKeys.Generate();
    private readonly List<double> _calm = [];
    private string _url = "";
    private AdAccountKey[] _accounts = [];

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        await using var database = await ScratchDatabase.CreateAsync(databaseUrl, "_failover");
        _url = Url(database.Name);
        _accounts = await MakeAccountsAsync(database);
        var silos = new List<SiloChild>();
        try
        {
            for (var number = 0; number < Silos; number++)
                silos.Add(await SiloChild.StartAsync(engine, _url, _key));
            using var client = Client();
            await client.StartAsync();
            var grains = client.Services.GetRequiredService<IGrainFactory>();
            var (killed, left) = (new List<Outage>(), new List<Outage>());
            for (var round = 1; round <= rounds; round++)
            {
                killed.Add(await MeasureAsync(grains, silos, $"killed, round {round} of {rounds}", silo =>
                {
                    silo.Kill();
                    return Task.CompletedTask;
                }));
                left.Add(await MeasureAsync(grains, silos, $"leaves, round {round} of {rounds}", silo => silo.LeaveAsync()));
            }

            await client.StopAsync();
            return Figures(killed, left);
        }
        finally
        {
            silos.ForEach(silo => silo.Dispose());
        }
    }

    // All accounts are asked one after the other, round and round, from a round before the fault until one after it.
    private async Task<Outage> MeasureAsync(IGrainFactory grains, List<SiloChild> silos, string what, Func<SiloChild, Task> fault)
    {
        await Console.Error.WriteLineAsync($"metagrains: {_accounts.Length:N0} accounts on {Silos} silos, one is {what}");
        await SettleAsync(grains);
        var goes = silos[0];
        silos.RemoveAt(0);
        var calls = new AccountCalls(grains, Patience);
        var round = TimeSpan.FromSeconds((double)_accounts.Length / CallsPerSecond);
        using var over = new CancellationTokenSource();
        var asking = _accounts.Select((account, number) => calls.AskOnAsync(account, round * number / _accounts.Length, round, over.Token)).ToArray();
        await Task.Delay(2 * round, TimeProvider.System);
        _calm.AddRange(calls.Waits());
        calls.Forget();
        await fault(goes);
        await Task.Delay(2 * round, TimeProvider.System);
        await over.CancelAsync();
        await Task.WhenAll(asking);
        goes.Dispose();
        silos.Add(await SiloChild.StartAsync(engine, _url, _key));
        // Of three silos one has gone, and with it a third of the accounts: those that waited longest.
        return new Outage([.. calls.Waits().OrderDescending().Take(_accounts.Length / Silos)], calls.Failed);
    }

    // All accounts are awake, and answer at once.
    private async Task SettleAsync(IGrainFactory grains)
    {
        for (var calm = 0; calm < 2;)
        {
            var calls = new AccountCalls(grains, Patience);
            await Parallel.ForEachAsync(_accounts, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (account, _) => await calls.AskAsync(account));
            calm = calls.Failed == 0 ? calm + 1 : 0;
        }
    }

    private async Task<AdAccountKey[]> MakeAccountsAsync(ScratchDatabase database)
    {
        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("bench", new TenantSettings("Bench", "EUR", null, null, null), default)
            ?? throw new InvalidOperationException("The tenant was not made.");
        await using var command = database.Source.CreateCommand("""
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name)
            select $1, 'act_' || number, 'Account ' || number, 'EUR', 'Europe/Prague' from generate_series(1, $2) as number
            """);
        command.Parameters.Add(new() { Value = tenant.Id.Value });
        command.Parameters.Add(new() { Value = accounts });
        await command.ExecuteNonQueryAsync();
        return [.. Enumerable.Range(1, accounts).Select(number => new AdAccountKey(tenant.Id, AdAccountId.Parse($"act_{number}")))];
    }

    private IHost Client() => new HostBuilder()
        .UseOrleansClient(client => client
            .Configure<ClusterOptions>(options => options.ServiceId = options.ClusterId = "metagrains")
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5))
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", DatabaseUrl.ForEngine(_url).ConnectionString)))
        .ConfigureServices(services => services.AddGrainContracts())
        .Build();

    private string Url(string database) => new UriBuilder(databaseUrl) { Path = "/" + database }.Uri.ToString();

    private Dictionary<string, object?> Figures(List<Outage> killed, List<Outage> left) => new()
    {
        ["silos"] = Silos,
        ["accounts"] = accounts,
        ["rounds"] = rounds,
        ["calm_p99_s"] = Math.Round(Share(_calm, 0.99), 3),
        ["killed_p50_s"] = Median(killed, 0.5),
        ["killed_p99_s"] = Median(killed, 0.99),
        ["killed_failed_calls"] = killed.Sum(outage => outage.FailedCalls),
        ["left_p50_s"] = Median(left, 0.5),
        ["left_p99_s"] = Median(left, 0.99),
        ["left_failed_calls"] = left.Sum(outage => outage.FailedCalls),
    };

    private static double Median(List<Outage> outages, double share) => Math.Round(Pairs.Median(outages.Select(outage => Share(outage.Seconds, share))), 2);

    private static double Share(IEnumerable<double> waits, double share)
    {
        double[] ordered = [.. waits.Order()];
        return ordered[Math.Min(ordered.Length - 1, (int)(ordered.Length * share))];
    }

    /// <param name="Seconds">The longest wait for each account of the silo that went.</param>
    /// <param name="FailedCalls">Calls that were answered by an error, and made again.</param>
    private sealed record Outage(double[] Seconds, int FailedCalls);
}
