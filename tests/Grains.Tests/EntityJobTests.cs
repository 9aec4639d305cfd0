using System.Net.Http.Json;
using MetaGrains.Core.Schedule;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

/// <summary>The job entities, from the account's own clock over real HTTP to tables and their history.</summary>
public sealed class EntityJobTests
{
    private const string Counted = """
        select (r.entities ->> 'campaigns')::bigint = (select count(*) from meta_campaigns) and (r.entities ->> 'adsets')::bigint = (select count(*) from meta_ad_sets)
           and (r.entities ->> 'ads')::bigint = (select count(*) from meta_ads) and (r.entities ->> 'creatives')::bigint = (select count(*) from meta_creatives)
           and r.rows_read = (select sum(value::bigint) from jsonb_each_text(r.entities)) and r.calls >= 7 and r.duration_ms is not null and r.window_since is null
        from sync_runs r where job = 'entities'
        """;

    [Fact]
    public async Task The_objects_of_a_connected_account_are_read_by_themselves_and_hang_together()
    {
        await using var cluster = await AccountCluster.StartAsync();

        await cluster.Grain.RefreshAsync();
        await ReadAsync(cluster, 1);

        Assert.True(await cluster.Database.ScalarAsync<bool>(Counted));
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("""
            select count(*) from meta_ads a
            left join meta_ad_sets s using (tenant_id, ad_account_id, adset_id)
            left join meta_creatives k using (tenant_id, ad_account_id, creative_id)
            left join meta_campaigns c on c.campaign_id = a.campaign_id
            where s.adset_id is null or c.campaign_id is null or s.campaign_id is distinct from a.campaign_id or k.creative_id is null
            """));
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from meta_ad_sets where targeting is not null and targeting_age_min is null"));
        Assert.True(await cluster.Database.ScalarAsync<long>("select count(*) from meta_ad_sets where targeting_countries is not null") > 0);
        Assert.True(await cluster.Database.ScalarAsync<long>("select count(*) from meta_ads where effective_status = 'ARCHIVED'") > 0);
        Assert.Equal(["(ads)", "(adsets)", "(campaigns)", "(creatives)"], await cluster.Database.RowsAsync("select stream from data_freshness where latest_data_date is null order by 1"));
        // What delivered has a name now.
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from fact_meta_daily f left join meta_ads a using (tenant_id, ad_account_id, ad_id) where a.name is null"));
    }

    [Fact]
    public async Task What_is_changed_archived_and_deleted_at_Meta_becomes_history()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await cluster.Grain.RefreshAsync();
        await ReadAsync(cluster, 1);
        var campaign = await FirstAsync(cluster, "select campaign_id from meta_campaigns where effective_status = 'ACTIVE'");
        var ads = await cluster.Database.RowsAsync("select ad_id from meta_ads where effective_status not in ('ARCHIVED', 'DELETED') order by 1 limit 2");
        var (archived, deleted) = (ads[0].Trim('(', ')'), ads[1].Trim('(', ')'));
        await ChangeAsync(cluster, campaign, new { name = "Renamed" });
        await ChangeAsync(cluster, archived, new { status = "ARCHIVED", effective_status = "ARCHIVED" });
        await ChangeAsync(cluster, deleted, new { status = "DELETED", effective_status = "DELETED" });

        // Between two whole readings only changes are read: few objects, few calls.
        await AskAsync(cluster);
        await ReadAsync(cluster, 2);
        Assert.Equal(["(f,\"\")", "(t,name)"], await cluster.Database.RowsAsync(
            "select valid_to is null, array_to_string(changed_fields, ' ') from meta_entity_versions where kind = 'campaign' and entity_id = $1 order by valid_from", campaign));
        Assert.Equal("Renamed", await cluster.Database.ScalarAsync<string>("select name from meta_campaigns where campaign_id = $1", campaign));
        Assert.Equal("ARCHIVED", await cluster.Database.ScalarAsync<string>("select effective_status from meta_ads where ad_id = $1 and deleted_at is null", archived));
        Assert.InRange(await cluster.Database.ScalarAsync<long>("select calls from sync_runs where job = 'entities' order by run_id desc limit 1"), 3, 6);

        await cluster.Database.ExecuteAsync("update meta_entity_reads set listed_at = listed_at - interval '1 day'");
        await AskAsync(cluster);
        await ReadAsync(cluster, 3);
        Assert.Equal([$"({deleted})"], await cluster.Database.RowsAsync("select ad_id from meta_ads where deleted_at is not null"));
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from meta_entity_versions where kind = 'ad' and entity_id = $1 and valid_to is null", deleted));
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>("select rows_vanished from sync_runs where job = 'entities' order by run_id desc limit 1"));
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from meta_campaigns where deleted_at is not null"));
    }

    [Fact]
    public async Task A_reading_that_meets_a_limit_marks_nothing_as_deleted_and_is_done_again_after_the_wait()
    {
        await using var cluster = await AccountCluster.StartAsync();
        await cluster.Grain.RefreshAsync();
        await ReadAsync(cluster, 1);
        await cluster.RestsAsync();
        await cluster.Database.ExecuteAsync("update meta_entity_reads set listed_at = listed_at - interval '1 day'");
        cluster.Simulator.Faults.Add(new InjectedFault(FaultKind.ThrottleAccount, Account: cluster.Account.Account.ToString()));

        await AskAsync(cluster);

        await Eventually.TrueAsync(async () => await cluster.Database.ScalarAsync<long>("select count(*) from account_schedule where health = 'throttled'") == 1, "it rests");
        Assert.Equal(0, await cluster.Database.ScalarAsync<long>("select count(*) from meta_ads where deleted_at is not null"));
        Assert.Equal("queued", await cluster.Database.ScalarAsync<string>("select status from sync_runs where job = 'entities' and rate_limited"));
    }

    private static Task AskAsync(AccountCluster cluster) => AskAndTellAsync(cluster, new RunAsk(SyncJob.Entities, null, null, "api"));

    private static async Task AskAndTellAsync(AccountCluster cluster, RunAsk ask)
    {
        await new RunQueue(cluster.Database.Source, TimeProvider.System).AskAsync(cluster.Account, ask, default);
        await cluster.Grain.RefreshAsync();
    }

    private static Task ReadAsync(AccountCluster cluster, long times) => Eventually.TrueAsync(
        async () => await cluster.Database.ScalarAsync<long>("select count(*) from sync_runs where job = 'entities' and status = 'succeeded'") >= times, $"objects are read for the {times}. time");

    private static async Task<string> FirstAsync(AccountCluster cluster, string sql) => (await cluster.Database.ScalarAsync<string>(sql + " order by 1 limit 1"))!;

    private static async Task ChangeAsync(AccountCluster cluster, string id, object change)
    {
        using var http = new HttpClient();
        var order = System.Text.Json.JsonSerializer.SerializeToNode(change)!;
        (order["account"], order["id"]) = (cluster.Account.Account.ToString(), id);
        using var answer = await http.PostAsJsonAsync(new Uri(cluster.Simulator.BaseAddress, "_sim/entities"), order);
        answer.EnsureSuccessStatusCode();
    }
}
