using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What is known of how far back Meta changes an account.</summary>
/// <param name="Account">The account.</param>
/// <param name="Before">What was learned before, or null.</param>
/// <param name="Changes">Changed days by age, from 0.</param>
public sealed record ChangeHistory(AdAccountKey Account, LearnedLookback? Before, IReadOnlyList<int> Changes);

/// <summary>Reads how old days were when their numbers changed, and writes what was learned from it; many accounts in one statement.</summary>
public sealed class LookbackStore(NpgsqlDataSource database)
{
    // A run that changes a thousand rows of a day has found one changed day.
    private const string Histories = """
        with due as (
          select a.tenant_id, a.ad_account_id, a.timezone_name, a.lookback_days, a.lookback_reason
          from ad_accounts a join tenants t on t.id = a.tenant_id
          where (a.learned_at is null or a.learned_at < @stale) and t.deleted_at is null
          order by a.tenant_id, a.ad_account_id
          limit @limit
        ), seen as (
          select distinct r.tenant_id, r.ad_account_id, r.date, r.seen_at
          from (select distinct tenant_id from due) t
          join meta_insights_revisions r on r.tenant_id = t.tenant_id and r.seen_at >= @since and r.seen_at <= @now
          where r.reason = 'restated'
        ), ages as (
          select d.tenant_id, d.ad_account_id, account_time(s.seen_at, d.timezone_name)::date - s.date as age, count(distinct s.date)::int as days
          from due d join seen s on s.tenant_id = d.tenant_id and s.ad_account_id = d.ad_account_id
          group by 1, 2, 3
        )
        select d.tenant_id, d.ad_account_id, d.lookback_days, d.lookback_reason,
               array_agg(a.age order by a.age) filter (where a.age >= 0), array_agg(a.days order by a.age) filter (where a.age >= 0)
        from due d left join ages a on a.tenant_id = d.tenant_id and a.ad_account_id = d.ad_account_id
        group by d.tenant_id, d.ad_account_id, d.lookback_days, d.lookback_reason
        """;

    private const string Write = """
        update ad_accounts a set learned_at = @now, lookback_days = n.days, lookback_reason = n.reason
        from unnest(@tenants, @accounts, @days, @reasons) as n (tenant_id, ad_account_id, days, reason)
        where a.tenant_id = n.tenant_id and a.ad_account_id = n.ad_account_id
        """;

    /// <summary>Accounts that were not looked at since a moment.</summary>
    public async Task<IReadOnlyList<ChangeHistory>> StaleAsync(DateTimeOffset stale, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Histories);
        command.Parameters.AddWithValue("stale", stale.UtcDateTime);
        command.Parameters.AddWithValue("since", now.UtcDateTime.AddDays(-Lookback.MemoryDays));
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var histories = new List<ChangeHistory>();
        while (await reader.ReadAsync(cancellationToken))
        {
            histories.Add(new ChangeHistory(
                new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))),
                reader.Value<short>(2) is { } days ? new LearnedLookback(days, reader.Line(3) ?? "") : null,
                reader.IsDBNull(4) ? [] : ByAge(reader.GetFieldValue<int[]>(4), reader.GetFieldValue<int[]>(5))));
        }

        return histories;
    }

    /// <summary>Notes that accounts were looked at, and what was learned.</summary>
    public async Task WriteAsync(IReadOnlyCollection<(AdAccountKey Account, LearnedLookback? Learned)> learned, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Write);
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        command.Parameters.AddWithValue("tenants", learned.Select(entry => entry.Account.Tenant.Value).ToArray());
        command.Parameters.AddWithValue("accounts", learned.Select(entry => entry.Account.Account.ToString()).ToArray());
        command.Parameters.Add(new NpgsqlParameter("days", NpgsqlDbType.Array | NpgsqlDbType.Smallint) { Value = learned.Select(entry => (short?)entry.Learned?.Days).ToArray() });
        command.Parameters.Add(new NpgsqlParameter("reasons", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = learned.Select(entry => entry.Learned?.Reason).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static int[] ByAge(int[] ages, int[] days)
    {
        var changes = new int[Lookback.Longest + 1];
        for (var index = 0; index < ages.Length; index++)
        {
            if (ages[index] < changes.Length)
                changes[ages[index]] = days[index];
        }

        return changes;
    }
}
