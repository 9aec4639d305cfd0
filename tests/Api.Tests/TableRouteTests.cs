using System.Text.Json;
using MetaGrains.Api.Entities;
using MetaGrains.Api.Freshness;
using MetaGrains.Api.Insights;
using MetaGrains.Api.Json;
using MetaGrains.Api.Tests.Support;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Tests;

/// <summary>Objects, their history, and what people ask before they rely on a number.</summary>
[Collection(SharedSystem.Name)]
public sealed class TableRouteTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Theory]
    [InlineData("campaigns", "9000")]
    [InlineData("campaigns?include_deleted=true", "9000 9001")]
    [InlineData("campaigns?include_deleted=true&id=9001,1", "9001")]
    [InlineData("campaigns?status=PAUSED", "")]
    [InlineData("campaigns?status=PAUSED,ACTIVE&account=101", "9000")]
    [InlineData("ad-sets?campaign_id=9000&effective_status=PAUSED", "8000")]
    [InlineData("ad-sets?campaign_id=9001", "")]
    [InlineData("ads?adset_id=8000&campaign_id=9000", "7000")]
    [InlineData("creatives", "6000")]
    public async Task Objects_are_listed_as_the_filter_says_and_those_that_are_gone_only_when_asked_for(string path, string ids)
    {
        var (tenant, _) = await FilledAsync();

        var listed = (await Api.GetAsync($"{tenant.Url}/{path}", tenant.Key)).Is(200);

        var id = path.Split('?')[0] switch { "campaigns" => "campaign_id", "ad-sets" => "adset_id", "ads" => "ad_id", _ => "creative_id" };
        Assert.Equal(ids, string.Join(' ', listed.Data.Select(row => (string)row![id]!)));
    }

    [Fact]
    public async Task An_object_is_shown_with_its_columns_and_as_a_file()
    {
        var (tenant, _) = await FilledAsync();

        var campaign = (await Api.GetAsync($"{tenant.Url}/campaigns", tenant.Key)).Is(200).Data.Single()!;
        var file = (await Api.GetAsync($"{tenant.Url}/campaigns?format=csv", tenant.Key)).Is(200);

        Assert.Equal(("Spring, \"new\"", 5000, "HOUSING"), ((string)campaign["name"]!, (int)campaign["daily_budget"]!, (string)campaign["special_ad_categories"]![0]!));
        Assert.Contains("act_101,9000,\"Spring, \"\"new\"\"\",,ACTIVE,", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_an_object_is_its_versions_oldest_first()
    {
        var (tenant, _) = await FilledAsync();

        var history = (await Api.GetAsync($"{tenant.Url}/campaigns/9000/history", tenant.Key)).Is(200).Data;
        var first = (await Api.GetAsync($"{tenant.Url}/campaigns/9000/history?limit=1", tenant.Key)).Is(200);
        var second = (await Api.GetAsync($"{tenant.Url}/campaigns/9000/history?limit=1&cursor={first["next_cursor"]}", tenant.Key)).Is(200);

        Assert.Equal(["Sprnig", "Spring"], history.Select(version => (string)version!["content"]!["name"]!));
        Assert.Equal(("2026-03-02T00:00:00Z", null), ((string?)history[0]!["valid_to"], (string?)history[1]!["valid_to"]));
        Assert.Equal("name", (string?)history[1]!["changed_fields"]![0]);
        Assert.Equal((history[0]!.ToJsonString(), history[1]!.ToJsonString()), (first.Data.Single()!.ToJsonString(), second.Data.Single()!.ToJsonString()));
        Assert.Null(second["next_cursor"]);
        Assert.Empty((await Api.GetAsync($"{tenant.Url}/ads/7000/history", tenant.Key)).Is(200).Data);
        (await Api.GetAsync($"{tenant.Url}/ads/9000/history", tenant.Key)).IsProblem(404);
    }

    [Fact]
    public async Task Freshness_says_how_old_each_stream_is_what_was_promised_and_who_is_behind()
    {
        var (tenant, account) = await FilledAsync();
        await Api.AccountAsync(tenant, "act_102", enabled: false);
        await Api.Database.ExecuteAsync($"""
            insert into integrations (tenant_id, name) values ('{tenant.Id}', 'main');
            update ad_accounts set integration_id = (select id from integrations where tenant_id = '{tenant.Id}') where tenant_id = '{tenant.Id}' and ad_account_id = '{account}';
            insert into data_freshness_marks values ('{tenant.Id}', '{account}', 'ad_daily', '2026-03-05', now() - interval '5 hours'),
              ('{tenant.Id}', '{account}', 'campaigns', null, now() - interval '5 hours'), ('{tenant.Id}', '{account}', 'campaign_age', '2026-03-05', now() - interval '3 days');
            """);

        var marks = (await Api.GetAsync($"{tenant.Url}/freshness", tenant.Key)).Is(200).Data;

        Assert.Equal(
            ["act_101 ad_daily 14400 true", "act_101 campaign_age 172800 true", "act_101 campaigns 28800 false", "act_102   "],
            marks.Select(mark => $"{mark!["ad_account_id"]} {mark["stream"]} {mark["promised_seconds"]} {mark["behind"]}"));
        Assert.InRange((long)marks[0]!["lag_seconds"]!, 5 * 3600, (5 * 3600) + 600);
        Assert.Equal(2, (await Api.GetAsync($"{tenant.Url}/freshness?behind=true", tenant.Key)).Is(200).Data.Count);
        Assert.Single((await Api.GetAsync($"{tenant.Url}/freshness?account=102", tenant.Key)).Is(200).Data);
        await EveryPageAsync($"{tenant.Url}/freshness", tenant.Key);
    }

    [Fact]
    public async Task What_changed_does_it_match_and_is_it_final_are_answered_by_day_and_account()
    {
        var (tenant, account) = await FilledAsync();
        await Api.Database.ExecuteAsync($"""
            insert into meta_insights_revisions
            select '{tenant.Id}', '2026-03-06 00:00+00', 1, date '2026-03-01' + n, '{account}', 'ad_daily', 'ad', '7000', '', 'spend', 'restated', 1.10, 1.1500 from generate_series(0, 4) n;
            insert into meta_insights_revisions
            values ('{tenant.Id}', '2026-03-09 10:00+00', 2, '2026-03-01', '{account}', 'ad_daily', 'ad', '7000', 'gender=*', 'clicks', 'backfilled', null, 7);
            insert into meta_reconciliation (tenant_id, ad_account_id, date, report, level, metric, account_total, rows_total, verdict, checked_at, run_id)
            select '{tenant.Id}', '{account}', date '2026-03-01' + n, 'ad_daily', 'ad', 'spend', 10.50, 10.50 - n, case n when 0 then 'match' else 'gap' end, now(), 1 from generate_series(0, 2) n;
            insert into meta_insights_days (tenant_id, ad_account_id, report, date, closed_at, final_at, shape)
            values ('{tenant.Id}', '{account}', 'ad_daily', '2026-03-01', '2026-03-02 00:00+00', '2026-03-30 00:00+00', 1),
                   ('{tenant.Id}', '{account}', 'ad_daily', '2026-03-02', '2026-03-03 00:00+00', null, 1);
            """);

        var changed = (await Api.GetAsync($"{tenant.Url}/revisions?seen_since=2026-03-09T08:00:00Z", tenant.Key)).Is(200).Data.Single()!;
        Assert.Equal(("clicks", null, 7), ((string)changed["metric"]!, (int?)changed["old_value"], (int)changed["new_value"]!));
        Assert.Equal(3, (await Api.GetAsync($"{tenant.Url}/revisions?since=2026-03-02&until=2026-03-04&metric=spend&reason=restated&report=ad_daily&account={account}", tenant.Key)).Is(200).Data.Count);
        Assert.Contains("\"new_value\":1.1500", (await Api.GetAsync($"{tenant.Url}/revisions?limit=1", tenant.Key)).Text, StringComparison.Ordinal);
        await EveryPageAsync($"{tenant.Url}/revisions", tenant.Key);

        var gaps = (await Api.GetAsync($"{tenant.Url}/reconciliation?verdict=gap&until=2026-03-02", tenant.Key)).Is(200).Data.Single()!;
        Assert.Equal(("2026-03-02", 1.00m), ((string)gaps["date"]!, (decimal)gaps["unattributed"]!));
        await EveryPageAsync($"{tenant.Url}/reconciliation", tenant.Key);

        var days = (await Api.GetAsync($"{tenant.Url}/finality?account={account}", tenant.Key)).Is(200).Data;
        Assert.Equal(["2026-03-01 final true", "2026-03-02 provisional false"], days.Select(day => $"{day!["date"]} {day["finality"]} {day["is_final"]}"));
        Assert.Single((await Api.GetAsync($"{tenant.Url}/finality?finality=final&since=2026-03-01", tenant.Key)).Is(200).Data);
        await EveryPageAsync($"{tenant.Url}/finality", tenant.Key);
    }

    [Theory]
    [InlineData("campaigns")]
    [InlineData("ad-sets")]
    [InlineData("ads")]
    [InlineData("creatives")]
    [InlineData("freshness")]
    [InlineData("revisions")]
    [InlineData("reconciliation")]
    [InlineData("finality")]
    [InlineData("insights?level=ad&limit=500")]
    public async Task Nothing_of_another_tenant_is_in_any_table(string path)
    {
        var (other, _) = await FilledAsync();
        await FactRows.AdsAsync(Api, other, "act_101", days: 1, ads: 1);
        var mine = await Api.TenantAsync();

        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        Assert.Empty((await Api.GetAsync($"{mine.Url}/{path}", mine.Key)).Is(200).Data);
        (await Api.GetAsync($"{mine.Url}/{path}{separator}account=act_101", mine.Key)).IsProblem(404);
        (await Api.GetAsync($"{mine.Url}/campaigns/9000/history", mine.Key)).IsProblem(404);
    }

    [Fact]
    public void What_is_documented_of_a_row_is_what_a_row_has()
    {
        Same<Campaign>(EntityQueries.Campaigns.Columns);
        Same<AdSet>(EntityQueries.AdSets.Columns);
        Same<Ad>(EntityQueries.Ads.Columns);
        Same<Creative>(EntityQueries.Creatives.Columns);
        Same<EntityVersion>(EntityQueries.Versions);
        Same<FreshnessMark>(TrustQueries.FreshnessColumns);
        Same<Revision>(TrustQueries.RevisionColumns);
        Same<ReconciledDay>(TrustQueries.ReconciliationColumns);
        Same<DayFinality>(TrustQueries.FinalityColumns);
        Same<InsightTotals>(InsightQueries.Totals);
        Same<Insight>([.. InsightQueries.Daily.All.Concat(InsightQueries.Historic.All).Concat(InsightQueries.Whole.All).DistinctBy(column => column.Name)]);

        static void Same<T>(IReadOnlyList<ReadColumn> columns)
        {
            var documented = ApiJson.Options.GetTypeInfo(typeof(T)).Properties.ToDictionary(member => member.Name, member => KindOf(member.PropertyType), StringComparer.Ordinal);
            Assert.Equal(documented.OrderBy(member => member.Key, StringComparer.Ordinal), columns.ToDictionary(column => column.Name, column => column.Kind, StringComparer.Ordinal).OrderBy(member => member.Key, StringComparer.Ordinal));
        }

        static CellKind KindOf(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
        {
            TypeCode.String => CellKind.Text,
            TypeCode.Boolean => CellKind.Flag,
            TypeCode.Int32 or TypeCode.Int64 or TypeCode.Decimal => CellKind.Number,
            _ when (Nullable.GetUnderlyingType(type) ?? type) == typeof(DateOnly) => CellKind.Day,
            _ when (Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset) => CellKind.Time,
            _ => CellKind.Json,
        };
    }

    // What a page is made of is what the stream has, in both directions.
    private async Task EveryPageAsync(string url, string key)
    {
        var whole = (await Api.GetAsync(url, key)).Is(200);
        var rows = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = (await Api.GetAsync($"{url}?limit=1{cursor}", key)).Is(200);
            rows.AddRange(page.Data.Select(row => row!.ToJsonString()));
            cursor = page["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }

        Assert.True(rows.Count > 1);
        Assert.Equal(whole.Data.Select(Timeless), rows.Select(row => Timeless(JsonSerializer.SerializeToNode(JsonDocument.Parse(row)))));

        static string Timeless(System.Text.Json.Nodes.JsonNode? row)
        {
            row!.AsObject().Remove("lag_seconds");
            return row.ToJsonString();
        }
    }

    private async Task<(TestTenant Tenant, string Account)> FilledAsync()
    {
        var tenant = await Api.TenantAsync();
        await Api.AccountAsync(tenant);
        await FactRows.ObjectsAsync(Api, tenant, "act_101");
        return (tenant, "act_101");
    }
}
