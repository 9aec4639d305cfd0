using System.Net;
using System.Net.Http.Json;
using Npgsql;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A silo or the database is away: the API accepts what it can keep, refuses the rest with a time to come back, and loses nothing.</summary>
public sealed class AwayTests
{
    [Fact]
    public async Task What_was_accepted_while_no_silo_ran_is_done_when_one_comes()
    {
        await using var system = await LiveSystem.StartAsync(silo: false, api: true);

        await system.SendAsync(HttpMethod.Put, $"{system.AccountUrl}/sync", new { enabled = true });
        var run = (await system.SendAsync(HttpMethod.Post, $"{system.AccountUrl}/sync/runs", new { job = "incremental" })).GetProperty("run_id").GetInt64();
        using var explain = await system.Http.GetAsync($"{system.AccountUrl}/sync/explain");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, explain.StatusCode);
        Assert.NotNull(explain.Headers.RetryAfter);
        await system.StartSiloAsync();

        await system.UntilAsync($"status = 'succeeded' from sync_runs where run_id = {run}", "the accepted run is done");
        var told = await system.SendAsync(HttpMethod.Get, $"{system.AccountUrl}/sync/explain");
        Assert.Equal("active", told.GetProperty("health").GetString());
    }

    [Fact]
    public async Task A_run_accepted_just_before_the_silo_dies_is_done_by_the_next()
    {
        await using var system = await LiveSystem.StartAsync(api: true);
        await system.SendAsync(HttpMethod.Put, $"{system.AccountUrl}/sync", new { enabled = true });
        system.Gate.HoldAt(1);
        var run = (await system.SendAsync(HttpMethod.Post, $"{system.AccountUrl}/sync/runs", new { job = "tier" })).GetProperty("run_id").GetInt64();

        await system.ReplaceSiloAsync();

        await system.UntilAsync($"status = 'succeeded' from sync_runs where run_id = {run}", "the accepted run is done");
    }

    [Fact]
    public async Task A_database_that_is_too_full_for_a_grain_to_wake_is_told_over_rest_and_the_grain_wakes_once_there_is_room()
    {
        await using var system = await LiveSystem.StartAsync(api: true);
        // A grain reads cursors when it wakes; no statement of the API does.
        await system.Database.ExecuteAsync("insert into sync_cursors (tenant_id, ad_account_id, job, updated_at) select tenant_id, ad_account_id, 'deep', now() from ad_accounts");
        await system.Database.ExecuteAsync("create function full_disk() returns boolean language plpgsql as $$ begin raise 'no space left' using errcode = 'disk_full'; end $$");
        await system.Database.ExecuteAsync("alter table sync_cursors rename to sync_cursors_kept");
        await system.Database.ExecuteAsync("create view sync_cursors as select * from sync_cursors_kept where full_disk()");

        using (var refused = await system.Http.GetAsync($"{system.AccountUrl}/sync/explain"))
        {
            var text = await refused.Content.ReadAsStringAsync();
            Assert.True(refused.StatusCode == HttpStatusCode.ServiceUnavailable, text);
            Assert.Contains("PostgreSQL", text, StringComparison.Ordinal);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await system.Database.ExecuteAsync("drop view sync_cursors");
        await system.Database.ExecuteAsync("alter table sync_cursors_kept rename to sync_cursors");
        await Testing.Eventually.TrueAsync(
            async () => await system.AnswerAsync($"{system.AccountUrl}/sync/explain") is not null, "the grain wakes");
    }

    [Fact]
    public async Task While_the_database_is_away_the_api_says_when_to_come_back_and_afterwards_everything_goes_on()
    {
        await using var system = await LiveSystem.StartAsync(api: true);
        await system.SendAsync(HttpMethod.Put, $"{system.AccountUrl}/sync", new { enabled = true });
        await system.UntilAsync("exists (select from sync_runs where status = 'succeeded')", "it has run");

        await AdministerAsync(system, "alter database {0} with allow_connections false");
        await AdministerAsync(system, "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{0}'");
        using (var refused = await system.Http.PostAsJsonAsync($"{system.AccountUrl}/sync/runs", new { job = "tier" }))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        }

        await AdministerAsync(system, "alter database {0} with allow_connections true");
        // The test's own pool was cut off, too.
        system.Database.Source.Clear();
        long run = 0;
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                using var answer = await system.Http.PostAsJsonAsync($"{system.AccountUrl}/sync/runs", new { job = "tier" });
                if (answer.IsSuccessStatusCode)
                    run = (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("run_id").GetInt64();
                return run != 0;
            },
            "the API serves again by itself");
        await system.UntilAsync($"status = 'succeeded' from sync_runs where run_id = {run}", "the silo goes on by itself");
    }

    private static async Task AdministerAsync(LiveSystem system, string sql)
    {
        var server = await Testing.TestPostgres.SharedAsync();
        await using var connection = new NpgsqlConnection(Warehouse.DatabaseUrl.Parse(server.Url("postgres")).ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, system.Database.Name), connection);
        await command.ExecuteNonQueryAsync();
    }
}
