using System.Collections.Immutable;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Accounts;

/// <summary>Which reports an account gets: rows of <c>report_definitions</c>.</summary>
public sealed class ReportDefinitionStore(NpgsqlDataSource database)
{
    // The narrowest row of a name wins: the account's own, else its tenant's, else everybody's. A disabled one hides the name.
    private const string Effective = """
        select report, level, fields, breakdowns, attribution_windows, filtering, jobs
        from (
          select distinct on (report) *
          from report_definitions
          where (tenant_id is null or tenant_id = $1) and (ad_account_id is null or ad_account_id = $2)
          order by report, ad_account_id nulls last, tenant_id nulls last
        ) as narrowest
        where enabled
        order by position, report
        """;

    private const string Everybody = """
        select report, level, fields, breakdowns, attribution_windows, filtering, jobs
        from report_definitions where tenant_id is not distinct from $1 and ad_account_id is not distinct from $2
        order by position, report
        """;

    /// <summary>The reports of an account, in the order in which they are published.</summary>
    public Task<IReadOnlyList<InsightsReport>> OfAsync(AdAccountKey account, CancellationToken cancellationToken) =>
        ReadAsync(Effective, account.Tenant, account.Account.ToString(), cancellationToken);

    /// <summary>The reports of a tenant's accounts that have none of their own.</summary>
    public Task<IReadOnlyList<InsightsReport>> OfTenantAsync(TenantId tenant, CancellationToken cancellationToken) => ReadAsync(Effective, tenant, null, cancellationToken);

    /// <summary>The definitions that hold for all, those that are switched off included.</summary>
    public Task<IReadOnlyList<InsightsReport>> OfEverybodyAsync(CancellationToken cancellationToken) => ReadAsync(Everybody, null, null, cancellationToken);

    private async Task<IReadOnlyList<InsightsReport>> ReadAsync(string sql, TenantId? tenant, string? account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)tenant?.Value ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)account ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reports = new List<InsightsReport>();
        while (await reader.ReadAsync(cancellationToken))
            reports.Add(Read(reader));
        return reports;
    }

    private static InsightsReport Read(NpgsqlDataReader reader)
    {
        if (!InsightsLevels.TryParse(reader.GetString(1), out var level))
            throw new InvalidOperationException($"report_definitions: report {reader.GetString(0)} has the unknown level {reader.GetString(1)}.");
        return new InsightsReport(
            reader.GetString(0), level, Texts(2), Texts(3), Texts(4), Filters(reader.GetString(0), reader.GetString(5)))
        {
            // Jobs of a newer program are its own business.
            Jobs = [.. Texts(6).Select(name => SyncJobs.TryParse(name, out var job) ? job : (SyncJob?)null).OfType<SyncJob>()],
        };

        ImmutableArray<string> Texts(int column) => [.. reader.GetFieldValue<string[]>(column)];
    }

    // [{"field": "ad.effective_status", "operator": "IN", "value": ["ACTIVE"]}], as Meta itself takes it.
    private static ImmutableArray<InsightsFilter> Filters(string report, string json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            return [.. document.RootElement.EnumerateArray().Select(Filter)];
        }
        catch (Exception malformed) when (malformed is KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidOperationException(
                $"report_definitions: filtering of report {report} must be a list of {{\"field\", \"operator\", \"value\": […]}}.", malformed);
        }
    }

    private static InsightsFilter Filter(JsonElement filter)
    {
        ImmutableArray<string> values = [.. filter.GetProperty("value").EnumerateArray().Select(value => value.ToString())];
        return values.IsEmpty ? throw new InvalidOperationException("A filter has no value.") : new InsightsFilter(Word("field"), Word("operator"), values);

        string Word(string name) =>
            filter.GetProperty(name).GetString() is { Length: > 0 } word ? word : throw new InvalidOperationException($"A filter has no {name}.");
    }
}
