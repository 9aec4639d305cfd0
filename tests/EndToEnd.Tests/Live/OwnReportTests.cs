using System.Text.Json;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A report is a row: whoever inserts one gets what it asks for, without a word of code and without a restart.</summary>
public sealed class OwnReportTests
{
    [Fact]
    public async Task A_report_inserted_by_sql_is_read_published_and_shown_over_rest()
    {
        await using var system = await RestingAsync();

        await AddAsync(system, "('ad_by_country', 'ad', '{impressions,clicks,spend,actions,action_values}', '{country}', '{7d_click}', '[]', 900)");
        await RunAsync(system);

        await system.UntilAsync("exists (select from meta_insights_daily where report = 'ad_by_country')", "its rows are published");
        var (since, until) = (await DayAsync(system, "min"), await DayAsync(system, "max"));
        var answer = await system.SendAsync(
            HttpMethod.Get, $"/v1/tenants/acme/insights?level=ad&breakdowns=country&since={since}&until={until}&attribution_window=7d_click");
        var rows = answer.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(await system.Database.ScalarAsync<long>("select count(*) from meta_insights_daily where report = 'ad_by_country'"), rows.LongLength);
        Assert.All(rows, row => Assert.Equal(2, row.GetProperty("breakdowns").GetProperty("country").GetString()!.Length));
        Assert.Equal(
            await system.Database.ScalarAsync<decimal>($"select sum(spend) from fact_meta_daily where date between '{since}' and '{until}'"),
            rows.Sum(row => row.GetProperty("spend").GetDecimal()));
        Assert.Equal(
            await system.Database.ScalarAsync<decimal>("select sum(c.purchases) from meta_insights_daily, conversions_under(actions, '7d_click') c where report = 'ad_by_country'"),
            rows.Sum(row => row.GetProperty("purchases").GetDecimal()));
    }

    [Fact]
    public async Task A_report_that_Meta_refuses_for_good_is_shown_and_keeps_no_other_from_being_read()
    {
        await using var system = await RestingAsync();

        await AddAsync(
            system,
            """('wrong', 'campaign', '{spend}', '{}', '{}', '[{"field":"campaign.no_such_thing","operator":"IN","value":["1"]}]', 1)""",
            "('ad_by_age', 'ad', '{impressions,clicks,spend}', '{age}', '{}', '[]', 900)");
        await RunAsync(system);

        await system.UntilAsync("exists (select from meta_insights_daily where report = 'ad_by_age')", "the report after the refused one is published");
        await system.UntilAsync("exists (select from sync_runs where job = 'incremental' and status = 'succeeded')", "the run succeeds without it");
        Assert.Equal(0, await system.Database.ScalarAsync<long>("select count(*) from meta_insights_daily where report = 'wrong'"));
        Assert.Equal("active", await system.Database.ScalarAsync<string>("select health from account_schedule"));
        var explained = (await system.SendAsync(HttpMethod.Get, $"{system.AccountUrl}/sync/explain")).ToString();
        Assert.Contains("Report wrong is left out until", explained, StringComparison.Ordinal);
        Assert.Contains("no_such_thing", explained, StringComparison.Ordinal);
    }

    private static async Task<LiveSystem> RestingAsync()
    {
        var system = await LiveSystem.StartAsync(api: true);
        await system.Database.ExecuteAsync("update meta_sync_config set interval_minutes = 40000 where tier = 'low'");
        await system.Database.ExecuteAsync("update ad_accounts set enabled = true, tier = 'low'");
        await system.UntilAsync("exists (select from sync_runs where status = 'succeeded') and exists (select from fact_meta_daily)", "it has run");
        return system;
    }

    private static async Task AddAsync(LiveSystem system, params string[] reports)
    {
        await system.Database.ExecuteAsync($"""
            insert into report_definitions (tenant_id, report, level, fields, breakdowns, attribution_windows, filtering, position, jobs)
            select t.id, r.report, r.level, r.fields::text[], r.breakdowns::text[], r.windows::text[], r.filtering::jsonb, r.position, '{"{incremental}"}'
            from tenants t, (values {string.Join(", ", reports)}) r (report, level, fields, breakdowns, windows, filtering, position)
            """);
        await system.UntilAsync("(select version from account_settings_versions) = (select applied_settings from account_schedule)", "the running account knows of it");
    }

    private static async Task RunAsync(LiveSystem system)
    {
        var (since, until) = (await system.Database.ScalarAsync<DateOnly>("select min(date) from fact_meta_daily"), await system.Database.ScalarAsync<DateOnly>("select max(date) from fact_meta_daily"));
        var asked = await system.SendAsync(HttpMethod.Post, $"{system.AccountUrl}/sync/runs", new { job = "incremental", since = $"{since:yyyy-MM-dd}", until = $"{until:yyyy-MM-dd}" });
        Assert.Equal(JsonValueKind.String, asked.GetProperty("message").ValueKind);
    }

    private static Task<string> DayAsync(LiveSystem system, string pick) =>
        system.Database.ScalarAsync<string>($"select {pick}(date)::text from meta_insights_daily where report = 'ad_by_country'");
}
