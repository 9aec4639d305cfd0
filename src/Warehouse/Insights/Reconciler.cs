using MetaGrains.Core.Accounts;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Holds what is published against itself: for every day that is over, the account's own answer beside the sums of the
/// rows at each level. A publish judges the rows that it brings; this judges all that stand there, after the account's
/// answer was read again.
/// </summary>
public sealed class Reconciler(NpgsqlDataSource database, TimeProvider clock)
{
    // The rule of SliceJudge: what an earlier second pull has found to be nobody's is known, everything else is a gap.
    private const string Check = """
        with totals as (
          select c.report, c.level, d.date, a.spend as account_spend, a.impressions as account_impressions, a.clicks as account_clicks,
                 coalesce(r.spend, 0) as spend, coalesce(r.impressions, 0) as impressions, coalesce(r.clicks, 0) as clicks
          from unnest(@reports, @levels) as c (report, level)
          join meta_insights_days d on d.tenant_id = @tenant and d.ad_account_id = @account and d.report = c.report and d.date between @since and @until
          join (
            select t.date, coalesce(f.spend, 0) as spend, coalesce(f.impressions, 0) as impressions, coalesce(f.clicks, 0) as clicks
            from meta_insights_days t
            left join meta_insights_daily f on f.tenant_id = @tenant and f.ad_account_id = @account and f.report = 'account_daily' and f.date = t.date
              and f.date between @since and @until
            where t.tenant_id = @tenant and t.ad_account_id = @account and t.report = 'account_daily' and t.date between @since and @until
          ) a on a.date = d.date
          left join (
            select report, date, sum(spend) as spend, sum(impressions) as impressions, sum(clicks) as clicks
            from meta_insights_daily
            where tenant_id = @tenant and ad_account_id = @account and report = any (@reports) and breakdown_key = '' and date between @since and @until
            group by report, date
          ) r on r.report = c.report and r.date = d.date
        ), found as (
          select t.report, t.level, t.date, m.metric, m.total, m.sum,
                 case when m.total = m.sum then 'match'
                      when m.total > m.sum and exists (
                        select from meta_reconciliation k
                        where k.tenant_id = @tenant and k.ad_account_id = @account and k.report = t.report and k.date = t.date and k.metric = m.metric
                          and k.verdict = 'unattributed' and k.unattributed = m.total - m.sum) then 'unattributed'
                      else 'gap' end as verdict
          from totals t
          cross join lateral (values
            ('spend', t.account_spend, t.spend), ('impressions', t.account_impressions::numeric, t.impressions::numeric), ('clicks', t.account_clicks::numeric, t.clicks::numeric)
          ) as m (metric, total, sum)
        ), news as (
          insert into meta_reconciliation as r (
            tenant_id, ad_account_id, date, report, level, metric, account_total, rows_total, verdict, checked_at, run_id)
          select @tenant, @account, f.date, f.report, f.level, f.metric, f.total, f.sum, f.verdict, @now, @run
          from found f
          where not exists (
            select from meta_reconciliation o
            where o.tenant_id = @tenant and o.ad_account_id = @account and o.report = f.report and o.date = f.date and o.metric = f.metric
              and o.account_total = f.total and o.rows_total = f.sum and o.verdict = f.verdict)
          on conflict (tenant_id, ad_account_id, date, report, metric) do update set
            account_total = excluded.account_total, rows_total = excluded.rows_total, verdict = excluded.verdict,
            held_keys = null, checked_at = excluded.checked_at, run_id = excluded.run_id
        )
        select count(distinct (report, date)) filter (where verdict = 'gap') from found
        """;

    // No publish of the account stands half way meanwhile.
    private const string Alone = "select pg_advisory_xact_lock(hashtextextended(@tenant::text || @account, 0))";

    /// <summary>Writes down how the days that are over compare; what was known already is not written again.</summary>
    /// <param name="account">The account.</param>
    /// <param name="days">The days, in its zone.</param>
    /// <param name="reports">Its reports; those whose rows add up to the account's total are checked.</param>
    /// <param name="run">The run that has read the account's own answer.</param>
    /// <param name="cancellationToken">Undoes all of it.</param>
    /// <returns>Days at a level whose rows lack something that no earlier check explains.</returns>
    public async Task<long> CheckAsync(AdAccountKey account, DateRange days, IEnumerable<InsightsReport> reports, long run, CancellationToken cancellationToken)
    {
        var checkedReports = reports.Where(ArchivedObjects.AddUp).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await using (var alone = Command(Alone, connection, account))
            await alone.ExecuteNonQueryAsync(cancellationToken);
        await using var check = Command(Check, connection, account);
        check.Parameters.AddWithValue("reports", checkedReports.Select(report => report.Name).ToArray());
        check.Parameters.AddWithValue("levels", checkedReports.Select(report => report.Level.WireName()).ToArray());
        check.Parameters.AddWithValue("since", days.Since);
        check.Parameters.AddWithValue("until", days.Until);
        check.Parameters.AddWithValue("run", run);
        check.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        var gaps = (long)(await check.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return gaps;
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, AdAccountKey account)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("tenant", account.Tenant.Value);
        command.Parameters.AddWithValue("account", account.Account.ToString());
        return command;
    }
}
