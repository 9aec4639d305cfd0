using System.Text.Json.Nodes;
using MetaGrains.Api.Tests.Support;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Tests;

/// <summary>What is in the fact comes out as it is, and nothing of anybody else.</summary>
[Collection(SharedSystem.Name)]
public sealed class InsightRouteTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Fact]
    public async Task Rows_come_in_order_with_their_money_as_PostgreSQL_prints_it()
    {
        var (tenant, url) = await FilledAsync(days: 2, ads: 3);

        var all = (await Api.GetAsync($"{url}?level=ad", tenant.Key)).Is(200);

        Assert.Equal(6, all.Data.Count);
        Assert.Null(all["next_cursor"]);
        Assert.Equal(
            ["2026-03-02 7000", "2026-03-02 7001", "2026-03-02 7002", "2026-03-03 7000", "2026-03-03 7001", "2026-03-03 7002"],
            all.Data.Select(row => $"{row!["date"]} {row["entity_id"]}"));
        Assert.Equal(InsightQueries.Daily.Usual.Select(column => column.Name), all.Data[0]!.AsObject().Select(member => member.Key));
        Assert.Equal(
            await Api.Database.RowsAsync("select spend, purchase_value from meta_insights_daily where tenant_id = $1 order by date, entity_id", tenant.Id),
            all.Data.Select(row => $"({row!["spend"]!.ToJsonString()},{row["purchase_value"]!.ToJsonString()})"));
        Assert.Equal("2026-03-03T00:00:00Z", (string?)all.Data[0]!["updated_at"]);
        Assert.Equal(all.Text, (await Api.GetAsync($"/v1/tenants/{tenant.Id}/insights?level=ad&account=101&format=json")).Is(200).Text);
    }

    [Theory]
    [InlineData("level=campaign", 0)]
    [InlineData("level=ad&since=2026-03-03&until=2026-03-03", 4)]
    [InlineData("level=ad&since=2026-03-04", 0)]
    [InlineData("level=ad&account=act_101", 8)]
    [InlineData("level=ad&account=act_102", 0)]
    [InlineData("level=ad&account=act_102,101", 8)]
    [InlineData("level=ad&campaign_id=9001", 4)]
    [InlineData("level=ad&adset_id=8000,8001", 4)]
    [InlineData("level=ad&ad_id=7003", 2)]
    [InlineData("level=ad&entity_id=7003,7000,1", 4)]
    [InlineData("report=ad_daily", 8)]
    [InlineData("report=ad_daily&level=ad&as_of=2026-03-05T00:00:00%2B01:00", 8)]
    [InlineData("level=ad&as_of=2026-03-02T23:59Z", 0)]
    [InlineData("level=ad&time_increment=all", 4)]
    [InlineData("level=campaign&breakdowns=age", 3)]
    [InlineData("report=campaign_age", 3)]
    public async Task A_filter_leaves_what_it_says(string query, int rows)
    {
        var (tenant, url) = await FilledAsync(days: 2, ads: 4);
        await Api.AccountAsync(tenant, "act_102");
        await FactRows.AgesAsync(Api, tenant, "act_101");

        Assert.Equal(rows, (await Api.GetAsync($"{url}?{query}", tenant.Key)).Is(200).Data.Count);
    }

    [Fact]
    public async Task Chosen_fields_come_in_the_order_asked_for_and_ratios_are_of_the_row()
    {
        var (tenant, url) = await FilledAsync(days: 1, ads: 1);

        var row = (await Api.GetAsync($"{url}?level=ad&fields=spend,cpm,ctr,roas,actions,date", tenant.Key)).Is(200).Data.Single()!.AsObject();

        Assert.Equal(["spend", "cpm", "ctr", "roas", "actions", "date"], row.Select(member => member.Key));
        Assert.Equal((1.10m, 1.10m, 0.01m), ((decimal)row["spend"]!, (decimal)row["cpm"]!, (decimal)row["ctr"]!));
        Assert.Equal(2, (int)row["actions"]!["actions"]!["omni_purchase"]!["value"]!);
    }

    [Fact]
    public async Task Under_a_window_conversions_are_counted_from_one_type_by_that_window()
    {
        var (tenant, url) = await FilledAsync(days: 1, ads: 1);

        var own = await RowAsync("default");
        var day = await RowAsync("1d_click");
        var week = await RowAsync("7d_click");

        Assert.Equal((2m, 40.50m, 1m, 3m, "7d_click"), own);
        Assert.Equal((1m, 20.25m, 0m, 1m, "1d_click"), day);
        Assert.Equal((2m, 0m, 1m, 3m, "7d_click"), week);
        var unknown = (await Api.GetAsync($"{url}?level=ad&attribution_window=7d_clik", tenant.Key)).IsProblem(400);
        Assert.Equal("attribution_window", unknown["field"]);
        Assert.Contains("'7d_click'", unknown["fix"], StringComparison.Ordinal);
        Assert.Contains("default, 1d_click, 1d_view, 28d_click, 7d_click", unknown["fix"], StringComparison.Ordinal);

        async Task<(decimal, decimal, decimal, decimal, string)> RowAsync(string window)
        {
            var row = (await Api.GetAsync($"{url}?level=ad&attribution_window={window}", tenant.Key)).Is(200).Data.Single()!;
            return ((decimal)row["purchases"]!, (decimal)row["purchase_value"]!, (decimal)row["leads"]!, (decimal)row["conversions"]!, (string)row["attribution_window"]!);
        }
    }

    [Fact]
    public async Task Totals_are_sums_per_currency_with_ratios_of_the_sums_and_no_reach()
    {
        var (tenant, url) = await FilledAsync(days: 2, ads: 3);
        await Api.AccountAsync(tenant, "act_102");
        await FactRows.AdsAsync(Api, tenant, "act_102", days: 1, ads: 1);
        await Api.Database.ExecuteAsync("update meta_insights_daily set currency = 'USD', spend = 7, revenue = 0 where tenant_id = $1 and ad_account_id = 'act_102'", tenant.Id);

        var answer = (await Api.GetAsync($"{url}?level=ad&totals=true&limit=1", tenant.Key)).Is(200);

        Assert.Single(answer.Data);
        var totals = answer.Json["totals"]!.AsArray();
        Assert.Equal(["EUR", "USD"], totals.Select(total => (string)total!["currency"]!));
        Assert.Equal("""{"rows":6,"impressions":6000,"clicks":60,"reach":null}""", Part(totals[0]!, "rows", "impressions", "clicks", "reach"));
        Assert.Equal((6.66m, 1.11m, 0.01m, 243.00m), (Money(totals[0]!, "spend"), Money(totals[0]!, "cpm"), Money(totals[0]!, "ctr"), Money(totals[0]!, "revenue")));
        Assert.Equal(36.4865m, Math.Round(Money(totals[0]!, "roas"), 4));
        Assert.Equal((7m, 0m), (Money(totals[1]!, "spend"), Money(totals[1]!, "roas")));
        Assert.Contains("never adds up", (string?)totals[0]!["reach_note"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sums_of_a_range_are_one_row_per_object_and_no_reach()
    {
        var (tenant, url) = await FilledAsync(days: 3, ads: 2);

        var rows = (await Api.GetAsync($"{url}?level=ad&time_increment=all&since=2026-03-02&until=2026-03-03", tenant.Key)).Is(200).Data;

        Assert.Equal(["7000", "7001"], rows.Select(row => (string)row!["entity_id"]!));
        Assert.Equal("""{"days":2,"impressions":2000,"reach":null}""", Part(rows[1]!, "days", "impressions", "reach"));
        Assert.Equal(2.22m, Money(rows[1]!, "spend"));
    }

    [Fact]
    public async Task Pages_hold_every_row_once_in_both_formats()
    {
        var (tenant, url) = await FilledAsync(days: 3, ads: 3);
        await FactRows.AgesAsync(Api, tenant, "act_101");

        foreach (var query in new[] { "level=ad", "report=campaign_age", "level=ad&time_increment=all", "level=ad&as_of=2026-03-09T00:00:00Z" })
        {
            var whole = (await Api.GetAsync($"{url}?{query}", tenant.Key)).Is(200).Data.Select(row => row!.ToJsonString()).ToArray();
            var (paged, csv) = (new List<string>(), new List<string>());
            for (var cursor = ""; cursor is not null;)
            {
                var page = (await Api.GetAsync($"{url}?{query}&limit=2{cursor}", tenant.Key)).Is(200);
                var file = (await Api.GetAsync($"{url}?{query}&limit=2{cursor}&format=csv", tenant.Key)).Is(200);
                paged.AddRange(page.Data.Select(row => row!.ToJsonString()));
                csv.AddRange(file.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1));
                Assert.Equal(page["next_cursor"], file.Headers.TryGetValues("Next-Cursor", out var next) ? next.Single() : null);
                cursor = page["next_cursor"] is { } place ? $"&cursor={place}" : null;
            }

            Assert.Equal(whole, paged);
            Assert.Equal(whole.Length, csv.Count);
        }
    }

    [Fact]
    public async Task A_CSV_file_has_a_header_quotes_what_must_be_and_tells_null_from_empty()
    {
        var (tenant, url) = await FilledAsync(days: 1, ads: 1);
        await FactRows.AgesAsync(Api, tenant, "act_101");

        var file = (await Api.GetAsync($"{url}?report=campaign_age&format=csv&fields=date,adset_id,breakdown_key,breakdowns,spend", tenant.Key)).Is(200);
        var plain = (await Api.GetAsync($"{url}?level=ad&format=csv&fields=breakdown_key,reach,updated_at", tenant.Key)).Is(200);

        Assert.Equal("text/csv", file.MediaType);
        var lines = file.Text.Split("\r\n");
        Assert.Equal("date,adset_id,breakdown_key,breakdowns,spend", lines[0]);
        Assert.Contains("2026-03-02,,age=18-24,\"{\"\"age\"\": \"\"18-24\"\"}\",0.5", lines);
        Assert.Contains("2026-03-02,,\"age=Nezjištěno, \"\"?\"\"\",\"{\"\"age\"\": \"\"Nezjištěno, \\\"\"?\\\"\"\"\"}\",0.5", lines);
        Assert.Equal((5, ""), (lines.Length, lines[^1]));
        Assert.Equal("breakdown_key,reach,updated_at\r\n\"\",900,2026-03-03T00:00:00Z\r\n", plain.Text);
    }

    [Fact]
    public async Task The_rows_as_of_a_moment_are_those_from_before_a_revision()
    {
        var (tenant, url) = await FilledAsync(days: 1, ads: 1);
        await Api.Database.ExecuteAsync(
            "insert into meta_insights_revisions values ($1, '2026-03-06 00:00+00', 1, '2026-03-02', 'act_101', 'ad_daily', 'ad', '7000', '', 'spend', 'restated', 1.05, 1.10)", tenant.Id);

        var before = (await Api.GetAsync($"{url}?level=ad&as_of=2026-03-05T00:00:00Z&totals=true", tenant.Key)).Is(200);
        var after = (await Api.GetAsync($"{url}?level=ad&as_of=2026-03-07T00:00:00Z", tenant.Key)).Is(200);

        Assert.Equal((1.05m, 1.10m), (Money(before.Data[0]!, "spend"), Money(after.Data[0]!, "spend")));
        Assert.Equal(1.05m, Money(before.Json["totals"]![0]!, "spend"));
        Assert.True((bool)before.Data[0]!["exact"]!);
    }

    [Fact]
    public async Task Another_tenants_account_is_not_found_and_its_rows_are_in_no_answer()
    {
        var (mine, url) = await FilledAsync(days: 1, ads: 1);
        var (other, otherUrl) = await FilledAsync(days: 1, ads: 5, account: "act_909");

        var asked = (await Api.GetAsync($"{url}?level=ad&account=act_909", mine.Key)).IsProblem(404);
        var unknown = (await Api.GetAsync($"{url}?level=ad&account=act_910", mine.Key)).IsProblem(404);

        Assert.Equal(asked["detail"]!.Replace("909", "910", StringComparison.Ordinal), unknown["detail"]);
        Assert.Single((await Api.GetAsync($"{url}?level=ad", mine.Key)).Is(200).Data);
        Assert.Single((await Api.GetAsync($"{url}?level=ad&totals=true&campaign_id=9000,9001", mine.Key)).Is(200).Data);
        (await Api.GetAsync($"{otherUrl}?level=ad", mine.Key)).IsProblem(403);
        Assert.Equal(5, (await Api.GetAsync($"{otherUrl}?level=ad", other.Key)).Is(200).Data.Count);
    }

    private static string Part(JsonNode row, params string[] members) =>
        $"{{{string.Join(',', members.Select(member => $"\"{member}\":{row[member]?.ToJsonString() ?? "null"}"))}}}";

    private static decimal Money(JsonNode row, string member) => (decimal)row[member]!;

    private async Task<(TestTenant Tenant, string Url)> FilledAsync(int days, int ads, string account = "act_101")
    {
        var tenant = await Api.TenantAsync();
        await Api.AccountAsync(tenant, account);
        await FactRows.AdsAsync(Api, tenant, account, days, ads);
        return (tenant, $"{tenant.Url}/insights");
    }
}
