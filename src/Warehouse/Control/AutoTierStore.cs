using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>An account whose tier moves by itself, and what it follows from.</summary>
/// <param name="Account">The account.</param>
/// <param name="Tier">The tier that it is in.</param>
/// <param name="Explained">Whether it stands there by a decision.</param>
/// <param name="Bounds">Its tenant's bounds.</param>
/// <param name="Facts">The facts.</param>
public sealed record AutoTierAccount(AdAccountKey Account, string Tier, bool Explained, TierBounds Bounds, TierFacts Facts)
{
    /// <summary>The tier as a rank; null for one of another name.</summary>
    public Priority? Rank => AutoTierStore.RankOf(Tier);
}

/// <summary>Reads what tiers follow from, and moves accounts; any number of them in one statement each.</summary>
public sealed class AutoTierStore(NpgsqlDataSource database)
{
    // Who was not read lately cannot be said to be quiet.
    private const string Facts = """
        with asked as (
          select a.tenant_id, a.ad_account_id, a.tier, a.auto_tier_reason, a.currency
          from unnest(@tenants, @accounts) n (tenant_id, ad_account_id)
          join ad_accounts a on a.tenant_id = n.tenant_id and a.ad_account_id = n.ad_account_id
          where a.auto_tier and a.enabled and exists (
            select from data_freshness_marks m
            where m.tenant_id = a.tenant_id and m.ad_account_id = a.ad_account_id and m.stream = 'ad_daily' and m.last_synced_at >= @fresh)
        ), spent as (
          select a.tenant_id, a.ad_account_id, a.currency, sum(m.spend) as spend, sum(m.spend) filter (where m.date = d.today - 1) as yesterday
          from (select distinct tenant_id from asked) t
          join ad_accounts a on a.tenant_id = t.tenant_id
          cross join lateral (select account_time(@now, a.timezone_name)::date as today) d
          join daily_meta_metrics m on m.tenant_id = a.tenant_id and m.ad_account_id = a.ad_account_id and m.date between d.today - @days and d.today - 1
          group by 1, 2, 3
        ), peers as (
          select tenant_id, currency, avg(spend) as spend from spent where spend > 0 group by 1, 2
        )
        select a.tenant_id, a.ad_account_id, a.tier, a.auto_tier_reason is not null, t.auto_tier_min, t.auto_tier_max,
               coalesce(s.spend, 0), coalesce(s.yesterday, 0), coalesce(p.spend, 0), c.changes
        from asked a
        join tenants t on t.id = a.tenant_id
        left join spent s on s.tenant_id = a.tenant_id and s.ad_account_id = a.ad_account_id
        left join peers p on p.tenant_id = a.tenant_id and p.currency = a.currency
        cross join lateral (
          select count(*) as changes from meta_entity_versions v
          where v.tenant_id = a.tenant_id and v.ad_account_id = a.ad_account_id and v.valid_from >= @now - make_interval(days => @days)
        ) c
        order by 1, 2
        """;

    private const string Move = """
        with moved as (
          update ad_accounts a set tier = n.tier, auto_tier_since = @now, auto_tier_reason = n.reason, updated_at = @now
          from unnest(@tenants, @accounts, @before, @tiers, @reasons) n (tenant_id, ad_account_id, before, tier, reason)
          join meta_sync_config g on g.tier = n.tier
          where a.tenant_id = n.tenant_id and a.ad_account_id = n.ad_account_id and a.auto_tier and a.tier = n.before
          returning a.tenant_id, a.ad_account_id, n.before, n.tier, n.reason
        ), told as (
          insert into audit_log (tenant_id, at, actor, action, target, details)
          select tenant_id, @now, 'auto_tier', 'account.tier', ad_account_id, jsonb_build_object('from', before, 'to', tier, 'reason', reason)
          from moved where tier <> before
          returning 1
        )
        select count(*)::int from told
        """;

    /// <summary>Those of some accounts that move by themselves.</summary>
    public async Task<IReadOnlyList<AutoTierAccount>> FactsAsync(IReadOnlyCollection<AdAccountKey> accounts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Facts);
        command.Parameters.AddWithValue("tenants", accounts.Select(account => account.Tenant.Value).ToArray());
        command.Parameters.AddWithValue("accounts", accounts.Select(account => account.Account.ToString()).ToArray());
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        command.Parameters.AddWithValue("fresh", now.UtcDateTime.AddDays(-2));
        command.Parameters.AddWithValue("days", AutoTier.Days);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AutoTierAccount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new AutoTierAccount(
                new AdAccountKey(new TenantId(reader.GetGuid(0)), AdAccountId.Parse(reader.GetString(1))), reader.GetString(2), reader.GetBoolean(3),
                BoundsOf(reader.GetString(4), reader.GetString(5)),
                new TierFacts(reader.GetDecimal(6), reader.GetDecimal(7), Math.Round(reader.GetDecimal(8), 6), reader.GetInt64(9))));
        }

        return found;
    }

    /// <summary>Moves accounts, and writes the moves into <c>audit_log</c>; one that a person moved meanwhile is left alone.</summary>
    /// <returns>How many are in another tier now.</returns>
    public async Task<int> MoveAsync(IReadOnlyCollection<(AutoTierAccount Account, TierChoice Choice)> moves, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Move);
        command.Parameters.AddWithValue("tenants", moves.Select(move => move.Account.Account.Tenant.Value).ToArray());
        command.Parameters.AddWithValue("accounts", moves.Select(move => move.Account.Account.Account.ToString()).ToArray());
        command.Parameters.AddWithValue("before", moves.Select(move => move.Account.Tier).ToArray());
        command.Parameters.AddWithValue("tiers", moves.Select(move => move.Choice.Tier.WireName()).ToArray());
        command.Parameters.AddWithValue("reasons", moves.Select(move => move.Choice.Reason).ToArray());
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    internal static TierBounds BoundsOf(string slowest, string fastest) =>
        new(RankOf(slowest) ?? TierBounds.All.Slowest, RankOf(fastest) ?? TierBounds.All.Fastest);

    internal static Priority? RankOf(string tier) => tier switch
    {
        "high" => Priority.High,
        "medium" => Priority.Medium,
        "low" => Priority.Low,
        _ => null,
    };
}
