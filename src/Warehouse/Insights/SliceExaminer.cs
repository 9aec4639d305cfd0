using System.Collections.Immutable;
using System.Data;
using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>Gathers what <see cref="SliceJudge"/> needs to know of a staged slice: day by day, what was answered beside what is held.</summary>
public sealed class SliceExaminer(NpgsqlDataSource database, SliceStaging staging, SlicePublisher publisher)
{
    internal const string Evidence = """
        with account as (
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
               account.spend, account.impressions, account.clicks,
               coalesce(known.spend, 0), coalesce(known.impressions, 0)::bigint, coalesce(known.clicks, 0)::bigint, known.held_keys
        from (select day::date as date from generate_series(@since::timestamp, @until::timestamp, interval '1 day') day) days
        left join (
          select date from meta_insights_days
          where tenant_id = @tenant and ad_account_id = @account and report = @report and date between @since and @until
        ) closed on closed.date = days.date
        left join account on account.date = days.date
        left join known on known.date = days.date
        order by days.date
        """;

    /// <summary>Examines a completely staged slice. Changes nothing.</summary>
    public async Task<SliceEvidence> ExamineAsync(InsightsSlice slice, CancellationToken cancellationToken)
    {
        var staged = staging.Of(slice);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // What is held and what is known of it are of one moment.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var plan = new NpgsqlCommand(SlicePublisher.Plan, connection))
            await plan.ExecuteNonQueryAsync(cancellationToken);
        var held = await HeldAsync(slice, staged, connection, cancellationToken);
        var answered = staged.Days();
        await using var command = SlicePublisher.Command(Evidence, connection, slice, SliceJudgement.Publish, publisher.Now);
        var days = ImmutableArray.CreateBuilder<DayFacts>();
        // Rows of one object bound nothing, and what was held back of whole days is another answer.
        var isWhole = slice.Entity is null;
        var addsUp = isWhole && ArchivedObjects.AddUp(slice.Report);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var date = reader.GetFieldValue<DateOnly>(0);
                var facts = Read(reader, date, answered.GetValueOrDefault(date), held.GetValueOrDefault(date), addsUp);
                days.Add(isWhole ? facts : facts with { HeldBackKeys = null });
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return new SliceEvidence(days.ToImmutable());
    }

    private static async Task<Dictionary<DateOnly, HeldDay>> HeldAsync(
        InsightsSlice slice, StagedSlice staged, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = SlicePublisher.Command(SlicePublisher.HeldOf(slice), connection, slice, SliceJudgement.Publish, default);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = await SlicePublisher.ReadHeldAsync(reader);
        if (rows.Count == 0)
            return [];
        var answered = staged.Rows.Select(row => row.Key).ToHashSet();
        return rows.GroupBy(row => row.Date).ToDictionary(day => day.Key, day => new HeldDay(day.Count(), day.Count(row => !answered.Contains(row.Key))));
    }

    private static DayFacts Read(NpgsqlDataReader reader, DateOnly date, StagedDay answered, HeldDay held, bool addsUp) => new(
        date, reader.GetBoolean(1), answered.Rows, answered.Keys, answered.Totals, held.Rows, held.Missing)
    {
        Over = reader.GetBoolean(2),
        AccountTotals = addsUp && !reader.IsDBNull(3) ? Totals(reader, 3) : null,
        KnownUnattributed = Totals(reader, 6),
        HeldBackKeys = reader.Value<long>(9),
    };

    private static DayTotals Totals(NpgsqlDataReader reader, int column) =>
        new(reader.GetDecimal(column), reader.GetInt64(column + 1), reader.GetInt64(column + 2));

    /// <param name="Rows">Rows that are published of the day.</param>
    /// <param name="Missing">Those that were not answered.</param>
    private readonly record struct HeldDay(long Rows, long Missing);
}
