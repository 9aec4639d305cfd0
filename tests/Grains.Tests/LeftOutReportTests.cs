using MetaGrains.Core.Schedule;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>A report whose breakdowns Meta does not give to an account, over real HTTP.</summary>
public sealed class LeftOutReportTests
{
    [Fact]
    public async Task Breakdowns_that_meta_refuses_are_left_out_alone_and_health_tells_the_customer()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await cluster.Database.ExecuteAsync(
            """
            insert into report_definitions (tenant_id, report, level, fields, breakdowns, jobs)
            values ($1, 'by_platform', 'campaign', '{impressions,spend}', '{publisher_platform}', '{incremental}')
            """, cluster.Account.Tenant.Value);
        await cluster.Database.ExecuteAsync("update report_definitions set jobs = array_remove(jobs, 'incremental') where tenant_id is null");
        await cluster.Grain.RefreshAsync();
        await cluster.RestsAsync();
        cluster.Simulator.Faults.Add(new InjectedFault(
            FaultKind.Error, Code: 100, Message: "(#100) The breakdown publisher_platform is not enabled for this ad account", Account: cluster.Account.Account.ToString()));

        var run = await new RunQueue(cluster.Database.Source, TimeProvider.System)
            .AskAsync(cluster.Account, new RunAsk(SyncJob.Incremental, null, null, "api"), default);
        await cluster.Grain.RefreshAsync();

        await Eventually.TrueAsync(
            () => cluster.Database.ScalarAsync<bool>("select exists (select from account_schedule where health = 'breakdown_not_enabled' and health_owner = 'customer')"),
            "health says so");
        Assert.Equal(
            ["(0,t,t)"],
            await cluster.Database.RowsAsync("select consecutive_errors, health_next_try > now() + interval '6 days', health_reason like '%by_platform%' from account_schedule"));
        await Eventually.TrueAsync(
            () => cluster.Database.ScalarAsync<bool>("select status = 'failed' and error_message like '%not enabled%' from sync_runs where run_id = $1", run), "who asked is told");
        Assert.Contains((await cluster.Grain.GetStatusAsync())!.Outlook!.Reports, report => report is { Report: "by_platform", LeftOutUntil: not null });
    }
}
