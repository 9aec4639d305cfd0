using System.Collections.Immutable;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>Gathers what <see cref="SliceJudge"/> needs to know of a staged slice: day by day, what was answered beside what is held.</summary>
public sealed class SliceExaminer(NpgsqlDataSource database, SlicePublisher publisher)
{
    // The set of rows is named by the exclusive or of their hashes: equal for equal sets, whatever their order.
    internal const string Evidence = """
        with staged as (
          select row_key, date, spend, impressions, clicks from insights_staging
          where run_id = @run and run_epoch = @epoch and slice = @slice
        ), answered as (
          select date, count(*) as rows, bit_xor(uuid_hash_extended(row_key, 0)) as keys,
                 sum(spend) as spend, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks
          from staged group by date
        ), held as (
          select d.date, count(*) as rows, count(*) filter (where s.row_key is null) as missing
          from (
            select row_key, date from meta_insights_daily
            where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until
          ) d
          left join staged s on s.row_key = d.row_key
          group by d.date
        ), account as (
          select c.date, coalesce(d.spend, 0) as spend, coalesce(d.impressions, 0) as impressions, coalesce(d.clicks, 0) as clicks
          from meta_insights_days c
          left join meta_insights_daily d on d.date = c.date and d.date between @since and @until
            and d.tenant_id = @tenant and d.ad_account_id = @account and d.report = 'account_daily'
          where c.tenant_id = @tenant and c.ad_account_id = @account and c.report = 'account_daily' and c.date between @since and @until
        ), known as (
          select date, max(held_keys) as held_keys,
                 max(unattributed) filter (where metric = 'spend' and verdict = 'unattributed') as spend,
                 max(unattributed) filter (where metric = 'impressions' and verdict = 'unattributed') as impressions,
                 max(unattributed) filter (where metric = 'clicks' and verdict = 'unattributed') as clicks
          from meta_reconciliation
          where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until
          group by date
        )
        select days.date, closed.date is not null,
               days.date < (select account_time(@now, timezone_name)::date from ad_accounts where tenant_id = @tenant and ad_account_id = @account),
               coalesce(answered.rows, 0), coalesce(answered.keys, 0),
               coalesce(answered.spend, 0), coalesce(answered.impressions, 0), coalesce(answered.clicks, 0),
               coalesce(held.rows, 0), coalesce(held.missing, 0),
               account.spend, account.impressions, account.clicks,
               coalesce(known.spend, 0), coalesce(known.impressions, 0)::bigint, coalesce(known.clicks, 0)::bigint, known.held_keys
        from (select day::date as date from generate_series(@since::timestamp, @until::timestamp, interval '1 day') day) days
        left join (
          select date from meta_insights_days
          where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until
        ) closed on closed.date = days.date
        left join answered on answered.date = days.date
        left join held on held.date = days.date
        left join account on account.date = days.date
        left join known on known.date = days.date
        order by days.date
        """;

    /// <summary>Examines a completely staged slice. Changes nothing.</summary>
    public async Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var plan = new NpgsqlCommand(SlicePublisher.Plan, connection))
            await plan.ExecuteNonQueryAsync(cancellationToken);
        await using var command = SlicePublisher.Command(Evidence, connection, slice, SliceJudgement.Publish, publisher.Now);
        var days = ImmutableArray.CreateBuilder<DayFacts>();
        var addsUp = ArchivedObjects.AddUp(slice.Report);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                days.Add(Read(reader, addsUp));
        }

        await transaction.CommitAsync(cancellationToken);
        return new SliceEvidence(days.ToImmutable());
    }

    private static DayFacts Read(NpgsqlDataReader reader, bool addsUp) => new(
        reader.GetFieldValue<DateOnly>(0), reader.GetBoolean(1), reader.GetInt64(3), reader.GetInt64(4), Totals(reader, 5), reader.GetInt64(8), reader.GetInt64(9))
    {
        Over = reader.GetBoolean(2),
        AccountTotals = addsUp && !reader.IsDBNull(10) ? Totals(reader, 10) : null,
        KnownUnattributed = Totals(reader, 13),
        HeldBackKeys = reader.Value<long>(16),
    };

    private static DayTotals Totals(NpgsqlDataReader reader, int column) =>
        new(reader.GetDecimal(column), reader.GetInt64(column + 1), reader.GetInt64(column + 2));
}
