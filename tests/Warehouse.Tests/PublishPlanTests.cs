using System.Text.Json;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using MetaGrains.Warehouse.Insights;
using Npgsql;

namespace MetaGrains.Warehouse.Tests;

public sealed class PublishPlanTests
{
    [Fact]
    public async Task No_statement_of_a_publish_is_ever_planned_as_a_nested_loop()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(20));
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(20, spend: 3m));

        // Fresh statistics and none at all: the plan must not depend on autovacuum's mood.
        foreach (var prepare in new[] { "select 1", "analyze" })
        {
            await warehouse.Database.ExecuteAsync(prepare);
            foreach (var (name, sql) in SlicePublisher.PlannedStatements)
            {
                var nodes = await NodesAsync(warehouse, slice, sql);
                Assert.NotEmpty(nodes);
                Assert.False(nodes.Contains("Nested Loop"), $"{name} after '{prepare}' loops: {string.Join(", ", nodes)}");
            }
        }
    }

    [Fact]
    public async Task The_plan_test_itself_sees_a_nested_loop()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));

        Assert.Contains("Nested Loop", await NodesAsync(warehouse, slice, "select from ad_accounts cross join insights_staging where run_id = @run"));
    }

    [Fact]
    public async Task A_publish_reads_the_months_of_its_days_alone()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(stagingBytes: 0);
        await warehouse.Database.ExecuteAsync("select ensure_insight_partitions('2025-01-01', '2026-12-31')");
        var slice = await warehouse.StageAsync(WarehouseFixture.AdRows(1));

        var plan = await ExplainAsync(warehouse, slice, SlicePublisher.PlannedStatements.Single(step => step.Name == "Update").Sql);

        Assert.Contains("meta_insights_daily_2026_02", plan, StringComparison.Ordinal);
        Assert.Contains("meta_insights_daily_2026_03", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("meta_insights_daily_2026_04", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("meta_insights_daily_2025_01", plan, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> NodesAsync(WarehouseFixture warehouse, InsightsSlice slice, string sql)
    {
        using var plan = JsonDocument.Parse(await ExplainAsync(warehouse, slice, sql));
        var nodes = new List<string>();
        Collect(plan.RootElement);
        return nodes;

        void Collect(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    Collect(item);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                {
                    if (property.NameEquals("Node Type"))
                        nodes.Add(property.Value.GetString()!);
                    Collect(property.Value);
                }
            }
        }
    }

    private static async Task<string> ExplainAsync(WarehouseFixture warehouse, InsightsSlice slice, string sql)
    {
        await using var connection = await warehouse.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var settings = new NpgsqlCommand(SlicePublisher.Plan, connection))
            await settings.ExecuteNonQueryAsync();
        await using var explain = SlicePublisher.Command("explain (format json) " + sql, connection, slice, SliceJudgement.Publish, TimeProvider.System.GetUtcNow());
        return (string)(await explain.ExecuteScalarAsync())!;
    }
}
