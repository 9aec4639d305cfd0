using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Accounts;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Accounts;

public sealed class ReportDefinitionStoreTests
{
    private const string Insert = """
        insert into report_definitions (tenant_id, ad_account_id, report, level, fields, position, enabled)
        values ($1, $2, $3, 'ad', $4, $5, $6)
        """;

    [Fact]
    public async Task An_account_without_settings_of_its_own_gets_the_defaults_in_their_order()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var reports = await Store(warehouse).OfAsync(warehouse.Account, default);

        Assert.Equal(InsightsReport.Defaults.Select(Text), reports.Where(report => report.Breakdowns.IsEmpty).Select(Text));
        Assert.All(reports, report => Assert.Equal(report.Breakdowns.IsEmpty ? InsightsReport.DefaultJobs.AsEnumerable() : [SyncJob.Fresh], report.Jobs.AsEnumerable()));
        Assert.Equal(["account_age_gender_daily", "account_country_daily", "account_placement_daily"], reports.Skip(4).Select(report => report.Name));
    }

    [Fact]
    public async Task The_narrowest_definition_of_a_name_wins()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        var stranger = await new TenantStore(warehouse.Database.Source, TimeProvider.System).EnsureAsync("stranger", "Stranger", "EUR", default);
        var foreign = await WarehouseFixture.AddAccountAsync(warehouse.Database, stranger, "act_101");
        await AddAsync(warehouse, warehouse.Account, "ad_daily", "of_the_account");
        await AddAsync(warehouse, null, "ad_daily", "of_the_tenant");

        Assert.Equal("of_the_account", await FieldAsync(warehouse, warehouse.Account));
        Assert.Equal("of_the_tenant", await FieldAsync(warehouse, other));
        Assert.Equal("impressions", await FieldAsync(warehouse, foreign));
    }

    [Fact]
    public async Task A_disabled_definition_hides_its_name_for_its_own_scope_alone()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var other = await WarehouseFixture.AddAccountAsync(warehouse.Database, warehouse.Account.Tenant, "act_102");
        await AddAsync(warehouse, warehouse.Account, "ad_daily", "x", enabled: false);

        Assert.Equal(["account_daily", "campaign_daily", "adset_daily"], (await PlainAsync(warehouse, warehouse.Account)).Select(report => report.Name));
        Assert.Equal(4, (await PlainAsync(warehouse, other)).Count);
    }

    [Fact]
    public async Task An_additional_report_takes_its_place_by_position_and_then_by_name()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await AddAsync(warehouse, warehouse.Account, "zebra", "spend", position: 15);
        await AddAsync(warehouse, warehouse.Account, "aardvark", "spend", position: 15);

        Assert.Equal(
            ["account_daily", "aardvark", "zebra", "campaign_daily", "adset_daily", "ad_daily"],
            (await PlainAsync(warehouse, warehouse.Account)).Select(report => report.Name));
    }

    [Fact]
    public async Task Filters_and_breakdowns_are_read_as_Meta_takes_them()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await FilterAsync(warehouse, """[{"field": "ad.effective_status", "operator": "IN", "value": ["ACTIVE", "PAUSED"]}, {"field": "spend", "operator": "GREATER_THAN", "value": [1.50]}]""");
        await warehouse.Database.ExecuteAsync("update report_definitions set breakdowns = '{age,gender}' where report = 'ad_daily'");

        var report = (await Store(warehouse).OfAsync(warehouse.Account, default)).Single(report => report.Name == "ad_daily");

        Assert.Equal(["age", "gender"], report.Breakdowns.AsEnumerable());
        Assert.Equal(["ad.effective_status IN ACTIVE,PAUSED", "spend GREATER_THAN 1.50"], report.Filtering.Select(Text));
    }

    [Theory]
    [InlineData("""{"field": "a", "operator": "IN", "value": ["x"]}""")]
    [InlineData("[1]")]
    [InlineData("""["a"]""")]
    [InlineData("""[{"field": "a", "operator": "IN"}]""")]
    [InlineData("""[{"operator": "IN", "value": ["x"]}]""")]
    [InlineData("""[{"field": "a", "operator": "IN", "value": "x"}]""")]
    [InlineData("""[{"field": null, "operator": "IN", "value": ["x"]}]""")]
    [InlineData("""[{"field": "a", "operator": "", "value": ["x"]}]""")]
    [InlineData("""[{"field": 1, "operator": "IN", "value": ["x"]}]""")]
    [InlineData("""[{"field": "a", "operator": "IN", "value": []}]""")]
    [InlineData("null")]
    public async Task A_malformed_filter_is_refused_by_the_reports_name_when_it_is_written(string json)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => FilterAsync(warehouse, json));

        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        Assert.StartsWith("report ad_daily: ", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_is_a_report_read_by_the_jobs_that_it_names()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        await warehouse.Database.ExecuteAsync("""
            insert into report_definitions (tenant_id, report, level, fields, breakdowns, attribution_windows, filtering, jobs)
            values ($1, 'video_by_country', 'campaign', '{impressions,video_thruplay_watched_actions}', '{country}', '{7d_click,1d_ev}',
                    '[{"field": "campaign.name", "operator": "CONTAIN", "value": ["2026"]}]', '{deep,initial}')
            """, warehouse.Account.Tenant.Value);
        var report = (await Store(warehouse).OfAsync(warehouse.Account, default)).Single(report => report.Name == "video_by_country");

        Assert.Equal("video_by_country Campaign [impressions,video_thruplay_watched_actions] [country] [7d_click,1d_ev] [campaign.name CONTAIN 2026]", Text(report));
        Assert.Equal([SyncJob.Deep, SyncJob.Initial], report.Jobs.AsEnumerable());
    }

    [Theory]
    [InlineData("breakdowns = '{age,country}'", "Meta does not combine the breakdowns age,country")]
    [InlineData("breakdowns = '{impression_device}'", "Meta does not combine the breakdowns impression_device")]
    [InlineData("breakdowns = '{age}', fields = '{age,spend}'", "the breakdown age may not be a field, too")]
    [InlineData("breakdowns = '{hourly_stats_aggregated_by_advertiser_time_zone}'", "Meta has no reach by hourly_stats")]
    [InlineData("breakdowns = '{region}', fields = '{video_p25_watched_actions}'", "Meta has no video_p25_watched_actions by region")]
    [InlineData("fields = '{}'", "it asks for no field")]
    [InlineData("fields = '{\"spend,ctr\"}'", "is no name of Meta's")]
    [InlineData("attribution_windows = '{7d_view}'", "Meta answers nothing for 7d_view")]
    [InlineData("jobs = '{hourly}'", "report_definitions_jobs")]
    public async Task What_Meta_would_refuse_is_refused_with_the_reason_when_it_is_written(string change, string reason)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => warehouse.Database.ExecuteAsync($"update report_definitions set {change} where report = 'ad_daily'"));

        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        Assert.Contains(reason, refused.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{platform_position,publisher_platform}")]
    [InlineData("{gender,age}")]
    [InlineData("{something_that_Meta_adds}")]
    public async Task What_Meta_may_answer_is_taken(string breakdowns)
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();

        await warehouse.Database.ExecuteAsync("update report_definitions set breakdowns = $1::text[] where report = 'ad_daily'", breakdowns.ToLowerInvariant());

        Assert.False((await Store(warehouse).OfAsync(warehouse.Account, default)).Single(report => report.Name == "ad_daily").Breakdowns.IsEmpty);
    }

    private static async Task<IReadOnlyList<InsightsReport>> PlainAsync(WarehouseFixture warehouse, AdAccountKey account) =>
        [.. (await Store(warehouse).OfAsync(account, default)).Where(report => report.Breakdowns.IsEmpty)];

    private static ReportDefinitionStore Store(WarehouseFixture warehouse) => new(warehouse.Database.Source);

    private static async Task<string> FieldAsync(WarehouseFixture warehouse, AdAccountKey account) =>
        (await Store(warehouse).OfAsync(account, default)).Single(report => report.Name == "ad_daily").Fields[0];

    private static Task AddAsync(WarehouseFixture warehouse, AdAccountKey? account, string report, string field, int position = 40, bool enabled = true) =>
        warehouse.Database.ExecuteAsync(
            Insert, warehouse.Account.Tenant.Value, (object?)account?.Account.ToString() ?? DBNull.Value, report, new[] { field }, position, enabled);

    private static Task FilterAsync(WarehouseFixture warehouse, string json) =>
        warehouse.Database.ExecuteAsync("update report_definitions set filtering = $1::text::jsonb where report = 'ad_daily'", json);

    private static string Text(InsightsFilter filter) => $"{filter.Field} {filter.Operator} {string.Join(',', filter.Values)}";

    private static string Text(InsightsReport report) =>
        $"{report.Name} {report.Level} [{string.Join(',', report.Fields)}] [{string.Join(',', report.Breakdowns)}] [{string.Join(',', report.AttributionWindows)}] [{string.Join(';', report.Filtering.Select(Text))}]";
}
