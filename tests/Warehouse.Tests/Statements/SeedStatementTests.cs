using System.Data;
using System.Globalization;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Statements;

/// <summary>Every SQL statement of the documents runs as it is written, ids filled in, and answers what its document says.</summary>
public sealed class SeedStatementTests
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    [SeedDocumentsFact]
    public async Task Each_statement_of_the_documents_runs_as_written_and_answers_what_its_document_says()
    {
        await using var warehouse = await SyncedAsync();
        var expectations = Expectations(warehouse);
        var statements = SeedDocuments.Sql();

        Assert.Equal(expectations.Keys.Order(StringComparer.Ordinal), statements.Order(StringComparer.Ordinal));
        foreach (var statement in statements)
        {
            var filled = statement
                .Replace("<tenant-uuid>", warehouse.Account.Tenant.ToString(), StringComparison.Ordinal)
                .Replace("act_<account_id>", warehouse.Account.Account.ToString(), StringComparison.Ordinal)
                .Replace("'...'", $"'{warehouse.Account.Tenant}'", StringComparison.Ordinal)
                .Replace("YOUR_ORG_ID", warehouse.Account.Tenant.ToString(), StringComparison.Ordinal);
            await expectations[statement](filled);
        }
    }

    private static Dictionary<string, Func<string, Task>> Expectations(WarehouseFixture warehouse) => new(StringComparer.Ordinal)
    {
        // "visar dagens datum"
        ["select max(date) from meta_insights_daily where tenant_id = '...'"] = async sql =>
            Assert.Equal(Today, await warehouse.Database.ScalarAsync<DateOnly>(sql)),

        // "Ska visa rader med level = ad/campaign/adset och attribut"
        ["select date, level, action_report_time, attribution_window, breakdowns from meta_insights_daily where tenant_id = '<tenant-uuid>' and ad_account_id = 'act_<account_id>' order by date desc limit 20"] = async sql =>
        {
            using var rows = await TableAsync(warehouse, sql);
            Assert.Equal(20, rows.Rows.Count);
            Assert.Equal(["account", "ad", "adset", "campaign"], rows.Rows.Cast<DataRow>().Select(row => (string)row["level"]).Distinct().Order(StringComparer.Ordinal));
            Assert.All(rows.Rows.Cast<DataRow>(), row => Assert.Equal(("mixed", "7d_click"), ((string)row["action_report_time"], (string)row["attribution_window"])));
            Assert.Equal(Today, rows.Rows[0]["date"]);
        },

        ["select count(*) as rows, min(date) as first_date, max(date) as last_date from meta_insights_levels where tenant_id = '<tenant-uuid>' and ad_account_id = 'act_<account_id>'"] = async sql =>
            Assert.Equal([$"({7 * (1 + 1 + 2 + 4)},{DateRange.Iso(Today.AddDays(-6))},{DateRange.Iso(Today)})"], await warehouse.Database.RowsAsync(sql)),

        // "Check sync status": everything that is connected, what is due first.
        ["SELECT * FROM meta_sync_status ORDER BY sync_due DESC, minutes_until_sync"] = async sql =>
        {
            using var rows = await TableAsync(warehouse, sql);
            Assert.Equal(["act_101", "act_102", "act_103", "act_104"], rows.Rows.Cast<DataRow>().Select(row => (string)row["ad_account_id"]));
            Assert.Equal([true, true, false, false], rows.Rows.Cast<DataRow>().Select(row => (bool)row["sync_due"]));
            Assert.Equal(["Acme", "Acme", "Acme", "The other"], rows.Rows.Cast<DataRow>().Select(row => (string)row["organization_name"]));
            Assert.Equal(-60, rows.Rows[0]["minutes_until_sync"]);
            Assert.Equal(Today, rows.Rows[0]["latest_meta_data_date"]);
            Assert.Equal(warehouse.Account.Tenant.ToString(), rows.Rows[0]["organization_id"]);
        },

        // "Returns accounts that need syncing, ordered by priority tier (HIGH first), how overdue they are": all are MEDIUM still.
        ["SELECT * FROM get_meta_accounts_due_for_sync(10)"] = async sql =>
        {
            using var rows = await TableAsync(warehouse, sql);
            Assert.Equal(["act_101", "act_102"], rows.Rows.Cast<DataRow>().Select(row => (string)row["ad_account_id"]));
        },

        ["SELECT * FROM meta_sync_config"] = async sql =>
        {
            using var rows = await TableAsync(warehouse, sql);
            Assert.Equal(
                ["high 60 2", "low 240 7", "medium 120 3"],
                rows.Rows.Cast<DataRow>().Select(row => string.Create(CultureInfo.InvariantCulture, $"{row["tier"]} {row["interval_minutes"]} {row["date_range_days"]}")).Order(StringComparer.Ordinal));
            Assert.All(rows.Rows.Cast<DataRow>(), row => Assert.NotEqual("", row["description"]));
        },

        ["SELECT organization_name, meta_sync_priority, sync_error_count, last_sync_error FROM meta_sync_status WHERE sync_error_count > 0"] = async sql =>
            Assert.Equal(["(Acme,medium,3,\"Meta said no.\")"], await warehouse.Database.RowsAsync(sql)),

        ["UPDATE meta_sync_config SET interval_minutes = 45, date_range_days = 2 WHERE tier = 'high'"] = async sql =>
        {
            Assert.Equal(1, await ExecuteAsync(warehouse, sql));
            Assert.Equal(["(45,2)"], await warehouse.Database.RowsAsync("select interval_minutes, date_range_days from meta_sync_config where tier = 'high'"));
        },

        ["UPDATE client_api_credentials SET meta_sync_priority = 'high' WHERE organization_id = 'YOUR_ORG_ID' AND platform = 'meta'"] = async sql =>
        {
            Assert.Equal(3, await ExecuteAsync(warehouse, sql));
            Assert.Equal(
                ["(act_101,high)", "(act_102,high)", "(act_103,high)", "(act_104,medium)"],
                await warehouse.Database.RowsAsync("select ad_account_id, tier from ad_accounts order by 1"));
        },
    };

    /// <summary>Two accounts that are due, one that rests, one of another tenant; the first one's week is published at every level.</summary>
    private static async Task<WarehouseFixture> SyncedAsync()
    {
        var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.Database.ExecuteAsync("update ad_accounts set timezone_name = 'UTC'");
        var week = new DateRange(Today.AddDays(-6), Today);
        foreach (var level in InsightsLevels.All)
            await warehouse.PublishAsync(Rows(level, week), level, days: week);

        await SyncStatusFixture.ConnectAsync(warehouse, warehouse.Account);
        await SyncStatusFixture.DueInAsync(warehouse, warehouse.Account, -60);
        var failing = await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, "act_102");
        await SyncStatusFixture.DueInAsync(warehouse, failing, -5, "failing", errors: 3);
        var resting = await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, "act_103");
        await SyncStatusFixture.DueInAsync(warehouse, resting, -90, "throttled", backoffMinutes: 30);
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, other, "act_104"), 45);
        return warehouse;
    }

    private static List<InsightRow> Rows(InsightsLevel level, DateRange days) =>
    [
        .. from day in Enumerable.Range(0, days.Days).Select(days.Since.AddDays)
           from ad in Enumerable.Range(1, level switch { InsightsLevel.Ad => 4, InsightsLevel.AdSet => 2, _ => 1 })
           select level == InsightsLevel.Account
               ? WarehouseFixture.AccountRow(day, 40m)
               : WarehouseFixture.AdRow(ad, day, level switch { InsightsLevel.Ad => 10m, InsightsLevel.AdSet => 20m, _ => 40m }),
    ];

    private static async Task<int> ExecuteAsync(WarehouseFixture warehouse, string sql)
    {
        await using var command = warehouse.Database.Source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<DataTable> TableAsync(WarehouseFixture warehouse, string sql)
    {
        await using var command = warehouse.Database.Source.CreateCommand(sql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Load(reader);
        return table;
    }
}
