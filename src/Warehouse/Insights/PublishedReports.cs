using MetaGrains.Core.Accounts;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>How far a run came.</summary>
public sealed class PublishedReports(NpgsqlDataSource database)
{
    // Every publish notes when it was, also of a slice in which nothing had changed.
    private const string First = """
        select r.report from unnest($3::text[]) with ordinality as r (report, place)
        where not exists (
          select from data_freshness_marks m join sync_runs s on s.run_id = $4
          where m.tenant_id = $1 and m.ad_account_id = $2 and m.stream = r.report and m.last_synced_at >= s.started_at)
        order by r.place
        limit 1
        """;

    /// <summary>The first report of a run that it has not published; null when each was published at least once.</summary>
    /// <param name="account">The account.</param>
    /// <param name="run">The run.</param>
    /// <param name="reports">Its reports, in its order.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<string?> FirstMissingAsync(AdAccountKey account, long run, IEnumerable<string> reports, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(First);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        command.Parameters.Add(new() { Value = reports.ToArray() });
        command.Parameters.Add(new() { Value = run });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
