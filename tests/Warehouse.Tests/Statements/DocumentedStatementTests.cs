using System.Text.RegularExpressions;
using MetaGrains.Core.Insights;
using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Statements;

/// <summary>Every statement of the page about the warehouse runs as it is written there.</summary>
public sealed partial class DocumentedStatementTests
{
    [Fact]
    public async Task Every_statement_of_the_warehouse_page_runs_with_a_tenant_filled_in()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        await warehouse.PublishAsync([WarehouseFixture.AccountRow(WarehouseFixture.Week.Since, 3m)], InsightsLevel.Account);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "warehouse.md"));
        var statements = Fenced().Matches(page)
            .SelectMany(block => block.Groups["code"].Value.Split(";\n"))
            .Select(statement => statement.Replace(":tenant", $"'{warehouse.Account.Tenant}'", StringComparison.Ordinal).Replace("act_1'", "act_101'", StringComparison.Ordinal).Trim().TrimEnd(';'))
            .Where(statement => statement.Length > 0 && !statement.StartsWith("create role", StringComparison.Ordinal))
            .ToArray();

        Assert.True(statements.Length > 12, $"Only {statements.Length} statements were found.");
        foreach (var statement in statements)
        {
            var failure = await Record.ExceptionAsync(() => warehouse.Database.ExecuteAsync(statement));
            Assert.True(failure is null, $"{failure?.Message}\n{statement}");
        }
    }

    [GeneratedRegex("```sql\\s+(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();
}
