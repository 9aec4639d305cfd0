using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>A report that a tenant's rows may be of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Level">account, campaign, adset or ad; null where definitions of the name differ.</param>
/// <param name="Breakdowns">Its breakdowns in ordinal order; none for the plain ones.</param>
/// <param name="Windows">Attribution windows that it asks for beside the default.</param>
public sealed record KnownReport(string Name, string? Level, IReadOnlyList<string> Breakdowns, IReadOnlyList<string> Windows);

/// <summary>Lists the reports that a tenant may ask by.</summary>
public sealed class ReportCatalogue(NpgsqlDataSource database)
{
    /// <summary>The reports of all, and the tenant's own; one that several definitions have, with what any of them asks for.</summary>
    public async Task<IReadOnlyList<KnownReport>> ListAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select report, level, breakdowns, attribution_windows from report_definitions
            where tenant_id is null or tenant_id = $1 order by position, report
            """);
        command.Parameters.Add(new() { Value = tenant.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<KnownReport>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new KnownReport(reader.GetString(0), reader.GetString(1), Sorted(reader.GetFieldValue<string[]>(2)), reader.GetFieldValue<string[]>(3)));
        return [.. found
            .GroupBy(report => (report.Name, report.Level, Breakdowns: string.Join(',', report.Breakdowns)))
            .Select(same => same.First() with { Windows = Sorted(same.SelectMany(report => report.Windows).Distinct(StringComparer.Ordinal)) })];
    }

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
