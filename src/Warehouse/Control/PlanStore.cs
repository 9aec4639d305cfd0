using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Planning;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Accounts;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>What a tenant's plan starts from.</summary>
/// <param name="Tiers">All tiers, and how many enabled accounts of the tenant are in each.</param>
/// <param name="Connections">Its active connections.</param>
/// <param name="Reports">The reports of its accounts.</param>
/// <param name="Learned">Averages of its runs.</param>
/// <param name="RowsPerDay">Rows that one of its reports has for one day of an account, on average; null while nothing was read.</param>
public sealed record PlanBasis(
    IReadOnlyList<(Tier Tier, int Accounts)> Tiers, int Connections, ImmutableArray<InsightsReport> Reports, ImmutableArray<LearnedCalls> Learned, double? RowsPerDay);

/// <summary>Reads what a plan starts from.</summary>
public sealed class PlanStore(NpgsqlDataSource database, TierStore tiers, ReportDefinitionStore reports, TimeProvider clock)
{
    /// <summary>Days of runs that are averaged.</summary>
    public const int LearnsFromDays = 14;

    private const string Counts = """
        select tier, count(*)::int, (select count(*)::int from integrations i where i.tenant_id = $1 and i.status = 'active')
        from ad_accounts where tenant_id = $1 and enabled group by tier
        union all
        select null, 0, (select count(*)::int from integrations i where i.tenant_id = $1 and i.status = 'active')
        """;

    // Runs over days of their own say nothing of the job.
    private const string Averages = """
        select a.tier, r.job, count(*), avg(r.calls)::float8,
               avg(r.rows_read::float8 / (r.window_until - r.window_since + 1)) filter (where r.job = 'deep')
        from sync_runs r
        join ad_accounts a on a.tenant_id = r.tenant_id and a.ad_account_id = r.ad_account_id
        where r.tenant_id = $1 and r.status = 'succeeded' and r.request is null and r.finished_at >= $2
        group by grouping sets ((a.tier, r.job), (r.job))
        """;

    /// <summary>Reads it.</summary>
    public async Task<PlanBasis> BasisAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var (counts, connections) = await CountsAsync(tenant, cancellationToken);
        var (learned, rows) = await AveragesAsync(tenant, cancellationToken);
        var read = await reports.OfTenantAsync(tenant, cancellationToken);
        var deep = read.Count(report => report.Jobs.Contains(SyncJob.Deep));
        return new PlanBasis(
            [.. (await tiers.ListAsync(cancellationToken)).Select(tier => (tier, counts.GetValueOrDefault(tier.Name)))],
            connections, [.. read], learned, rows is { } known && deep > 0 ? known / deep : null);
    }

    private async Task<(Dictionary<string, int> Counts, int Connections)> CountsAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Counts);
        command.Parameters.Add(new() { Value = tenant.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (counts, connections) = (new Dictionary<string, int>(StringComparer.Ordinal), 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.Line(0) is { } tier)
                counts[tier] = reader.GetInt32(1);
            connections = reader.GetInt32(2);
        }

        return (counts, connections);
    }

    private async Task<(ImmutableArray<LearnedCalls> Learned, double? RowsPerDay)> AveragesAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Averages);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime.AddDays(-LearnsFromDays) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var learned = ImmutableArray.CreateBuilder<LearnedCalls>();
        double? rows = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            // Jobs of a newer program are its own business.
            if (SyncJobs.TryParse(reader.GetString(1), out var job))
                learned.Add(new LearnedCalls(reader.Line(0), job, reader.GetInt64(2), reader.GetDouble(3)));
            if (reader.IsDBNull(0) && reader.Value<double>(4) is { } perDay)
                rows = perDay;
        }

        return (learned.ToImmutable(), rows);
    }
}
