using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>Totals of one account at one level, as SQL states them.</summary>
/// <param name="Rows">Rows of the fact.</param>
/// <param name="Days">Days that have a row.</param>
/// <param name="Spend">In the account's currency.</param>
/// <param name="Impressions">Impressions.</param>
/// <param name="Clicks">Clicks.</param>
public readonly record struct AccountTotals(long Rows, int Days, decimal Spend, long Impressions, long Clicks);

/// <summary>Adds up what analysts would add up: <c>meta_insights_levels</c> by level, and the daily aggregate.</summary>
public sealed class AccountTotalsQuery(NpgsqlDataSource database)
{
    private const string ByLevel = """
        select ad_account_id, level, count(*), count(distinct date)::integer, sum(spend), sum(impressions)::bigint, sum(clicks)::bigint
        from meta_insights_levels
        where tenant_id = $1 and ad_account_id = any ($2) and date between $3 and $4
        group by ad_account_id, level
        """;

    private const string Aggregate = """
        select ad_account_id, 'daily', count(*), count(distinct date)::integer, sum(spend), sum(impressions)::bigint, sum(clicks)::bigint
        from daily_meta_metrics
        where tenant_id = $1 and ad_account_id = any ($2) and date between $3 and $4
        group by ad_account_id
        """;

    /// <summary>Totals per account and level of the default reports; an account or level without rows is absent.</summary>
    public async Task<IReadOnlyDictionary<(AdAccountId Account, InsightsLevel Level), AccountTotals>> ByLevelAsync(
        TenantId tenant, IReadOnlyCollection<AdAccountId> accounts, DateRange days, CancellationToken cancellationToken)
    {
        var totals = await ReadAsync(ByLevel, tenant, accounts, days, cancellationToken);
        return totals.ToDictionary(
            row => (row.Account, InsightsLevels.TryParse(row.Group, out var level) ? level : throw new InvalidOperationException($"Unknown level {row.Group}.")),
            row => row.Totals);
    }

    /// <summary>Totals per account of <c>daily_meta_metrics</c>.</summary>
    public async Task<IReadOnlyDictionary<AdAccountId, AccountTotals>> AggregatedAsync(
        TenantId tenant, IReadOnlyCollection<AdAccountId> accounts, DateRange days, CancellationToken cancellationToken) =>
        (await ReadAsync(Aggregate, tenant, accounts, days, cancellationToken)).ToDictionary(row => row.Account, row => row.Totals);

    private async Task<List<(AdAccountId Account, string Group, AccountTotals Totals)>> ReadAsync(
        string sql, TenantId tenant, IReadOnlyCollection<AdAccountId> accounts, DateRange days, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = accounts.Select(account => account.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = days.Since });
        command.Parameters.Add(new() { Value = days.Until });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(AdAccountId, string, AccountTotals)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((
                AdAccountId.Parse(reader.GetString(0)), reader.GetString(1),
                new AccountTotals(reader.GetInt64(2), reader.GetInt32(3), reader.GetDecimal(4), reader.GetInt64(5), reader.GetInt64(6))));
        }

        return rows;
    }
}
