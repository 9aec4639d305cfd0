using MetaGrains.Core.Accounts;
using MetaGrains.Core.Planning;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>The planner against what really happens.</summary>
public sealed class PlannedCallsTests
{
    private const int PageLimit = 500;

    private static readonly SyncJob[] Jobs = [SyncJob.Tier, SyncJob.Fresh, SyncJob.Deep, SyncJob.Reconcile];

    [Fact]
    public async Task What_the_runs_of_one_account_say_of_others_is_what_those_cost_within_a_tenth()
    {
        await using var cluster = await AccountCluster.StartAsync(accounts: 4, pageLimit: PageLimit);
        for (var round = 0; round < CallEstimate.Enough; round++)
            await RunAsync(cluster, cluster.Account);

        var source = cluster.Database.Source;
        var reports = new ReportDefinitionStore(source);
        var basis = await new PlanStore(source, new TierStore(source, TimeProvider.System), reports, TimeProvider.System).BasisAsync(cluster.Account.Tenant, default);
        var queue = new RunQueue(source, TimeProvider.System);
        var settings = (await new AccountTruthStore(source, reports, new ScheduleStore(source, TimeProvider.System), queue).SettingsAsync(cluster.Account, default))!;
        var jobs = new CallEstimate(basis.Learned, basis.RowsPerDay ?? 0, PageLimit).LoadsOf(settings).Where(load => Jobs.Contains(load.Job)).ToArray();
        AdAccountKey[] others = [.. cluster.Simulator.AccountIds.Skip(1).Select(id => new AdAccountKey(cluster.Account.Tenant, AdAccountId.Parse(id)))];
        foreach (var other in others)
        {
            await cluster.Database.ExecuteAsync(
                """
                insert into ad_accounts (tenant_id, ad_account_id, integration_id, name, currency, timezone_name, account_status, enabled)
                select tenant_id, $1, integration_id, name, currency, timezone_name, account_status, true from ad_accounts where ad_account_id = $2
                """, other.Account.ToString(), cluster.Account.Account.ToString());
            await RunAsync(cluster, other);
        }

        var planned = others.Length * jobs.Sum(load => load.CallsPerRun);
        var spent = await cluster.Database.ScalarAsync<long>(
            "select sum(calls)::bigint from sync_runs where trigger = 'test' and ad_account_id <> $1", cluster.Account.Account.ToString());
        Assert.Equal((3, 4), (others.Length, jobs.Count(load => load.IsLearned)));
        Assert.InRange(spent, planned * 0.9, planned * 1.1);
    }

    private static async Task RunAsync(AccountCluster cluster, AdAccountKey account)
    {
        var queue = new RunQueue(cluster.Database.Source, TimeProvider.System);
        var before = await DoneAsync();
        foreach (var job in Jobs)
            await queue.AskAsync(account, new RunAsk(job, null, null, "test"), default);
        await cluster.Grains.AdAccount(account).RefreshAsync();
        await Eventually.TrueAsync(async () => await DoneAsync() == before + Jobs.Length, "its jobs are done");

        Task<long> DoneAsync() => cluster.Database.ScalarAsync<long>(
            "select count(*) from sync_runs where trigger = 'test' and status = 'succeeded' and ad_account_id = $1", account.Account.ToString());
    }
}
