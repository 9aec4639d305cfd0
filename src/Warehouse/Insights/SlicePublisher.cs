using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Makes a staged slice visible in one transaction: rows that vanished become tombstones, rows that differ are
/// updated, new rows inserted, unchanged rows not even sent; aggregates of the touched days and the cursor go
/// with them. A reader sees the old slice or the new one, and so does whoever looks after a crash.
/// </summary>
public sealed partial class SlicePublisher(NpgsqlDataSource database, InsightPartitions partitions, SliceStaging staging, TimeProvider clock)
{
    private const string RawTable = "meta_insights_raw";
    private const int MostTries = 4;

    /// <summary>Called before each statement and before the commit, with its name: where tests crash.</summary>
    internal Func<string, NpgsqlConnection, Task>? BeforeStatement { get; set; }

    internal DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Publishes all that is staged.</summary>
    /// <inheritdoc cref="IInsightsStore.PublishAsync(InsightsSlice, long, CancellationToken)" />
    public Task<PublishCounts> PublishAsync(InsightsSlice slice, long expectedRows, CancellationToken cancellationToken) =>
        PublishAsync(slice, expectedRows, SliceJudgement.Publish, cancellationToken);

    /// <summary>Publishes what a judgement lets pass.</summary>
    /// <inheritdoc cref="IInsightsStore.PublishAsync(InsightsSlice, long, SliceJudgement, CancellationToken)" />
    public async Task<PublishCounts> PublishAsync(
        InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken)
    {
        var staged = staging.Take(slice);
        try
        {
            var counts = await PublishAsync(slice, staged, expectedRows, judgement, cancellationToken);
            staging.Release(staged);
            return counts;
        }
        catch
        {
            // It may be tried again; whoever does not says so at the end of the run.
            staging.PutBack(slice, staged);
            throw;
        }
    }

    private async Task<PublishCounts> PublishAsync(
        InsightsSlice slice, StagedSlice staged, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken)
    {
        var rawHeld = false;
        for (var attempt = 1; ; attempt++)
        {
            await partitions.EnsureAsync(slice.Days, cancellationToken);
            try
            {
                return await PublishOnceAsync(slice, staged, expectedRows, judgement, rawHeld, cancellationToken);
            }
            catch (PostgresException kept) when (attempt < MostTries && kept.SqlState == PostgresErrorCodes.UniqueViolation && kept.TableName?.StartsWith(RawTable, StringComparison.Ordinal) == true)
            {
                // Rows that vanished are back: their raw rows had stayed.
                rawHeld = true;
            }
            catch (PostgresException retired) when (attempt < MostTries && retired.SqlState == PostgresErrorCodes.CheckViolation && retired.ConstraintName is null)
            {
                // No table for a month: retention has taken it away since it was last looked at.
                partitions.Forget();
            }
            catch (PostgresException circle) when (attempt < MostTries && circle.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Somebody beside this program locks the same rows: PostgreSQL undid the publish, and what is staged is still there.
            }
        }
    }

    private async Task<PublishCounts> PublishOnceAsync(
        InsightsSlice slice, StagedSlice staged, long expectedRows, SliceJudgement judgement, bool rawHeld, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var step = new Steps(this, connection, slice, judgement, clock.GetUtcNow(), cancellationToken);
        await step.ExecuteAsync(nameof(Plan), Plan);
        await RequireFenceAsync(step, slice);
        await RequireWholeAsync(step, slice, staged, expectedRows);
        var difference = staged.CompareWith(await HeldAsync(step), judgement.HeldDays);
        if (difference.Twice > 0)
            throw new SliceRejectedException($"{difference.Twice} of {staged.Count} rows came twice: the answer moved between two pages.");
        step.Gone = difference.Gone;
        var (inserted, changed, vanished) = await new SliceWriting(step, staged, difference, rawHeld).WriteAsync();
        if (slice.Report.Name is "ad_daily" or "account_daily")
            await AggregateAsync(step, difference, inserted + changed, vanished);
        if (judgement.ArchivedUntil is not null)
            await step.ExecuteAsync(nameof(Hint), Hint);
        if (slice.Entity is null)
            await CloseDaysAsync(step);
        await step.BeforeAsync("Commit");
        await transaction.CommitAsync(cancellationToken);
        return new PublishCounts(expectedRows, inserted, changed, staged.Count - difference.Kept - inserted - changed, vanished);
    }

    private static async Task AggregateAsync(Steps step, SliceDifference difference, int written, int vanished)
    {
        if (step.Slice is { Entity: null, Report.Name: "ad_daily" } && difference.Held > 0)
            step.Unsummed = await UnsummedAsync(step, difference);
        if (written + vanished + step.Unsummed.Length == 0)
            return;
        if (vanished > 0)
            await step.ExecuteAsync(nameof(AggregateGone), AggregateGone);
        await (step.Slice.Entity is not null ? step.ExecuteAsync(nameof(AggregateWhole), AggregateWhole)
            : difference.Held == 0 ? step.ExecuteAsync(nameof(AggregateAll), AggregateAll)
            : step.ExecuteAsync(nameof(Aggregate), Aggregate));
    }

    // What holds of whole days alone: no publish of one object says it.
    private static async Task CloseDaysAsync(Steps step)
    {
        await step.ExecuteAsync(nameof(Days), Days);
        if (!step.Judgement.Findings.IsEmpty || !step.Judgement.ReleasedDays.IsEmpty)
            await step.ExecuteAsync(nameof(Reconcile), Reconcile);
        await step.ExecuteAsync(nameof(Freshness), Freshness);
        if (step.Slice.CursorAfter is not null)
            await step.ExecuteAsync(nameof(Cursor), Cursor);
    }

    private static async Task<DateOnly[]> UnsummedAsync(Steps step, SliceDifference difference)
    {
        var summed = new HashSet<DateOnly>();
        await using var reader = await step.ReadAsync(nameof(Summed), Summed);
        while (await reader.ReadAsync())
            summed.Add(reader.GetFieldValue<DateOnly>(0));
        return [.. difference.HeldDays.Where(day => !summed.Contains(day))];
    }

    private static async Task RequireFenceAsync(Steps step, InsightsSlice slice)
    {
        await using var reader = await step.ReadAsync(nameof(Fence), Fence);
        var epoch = await reader.ReadAsync() ? reader.GetInt64(0) : -1;
        if (epoch != slice.Run.Epoch)
            throw new StaleRunException($"Run {slice.Run.Id} of {slice.Run.Account.Account} was overtaken: its epoch is {slice.Run.Epoch}, the account is at {epoch}.");
    }

    private static async Task RequireWholeAsync(Steps step, InsightsSlice slice, StagedSlice staged, long expectedRows)
    {
        var count = staged.Count;
        if (staged.InTable > 0)
            count += await step.CountAsync(nameof(CountStaged), CountStaged) - staged.InTable;

        if (count != expectedRows)
            throw new SliceRejectedException($"{expectedRows} rows were read but {count} are staged: PostgreSQL was restarted in between, or another process emptied staging.");
        var strays = staged.Rows.Count(row => row.Date < slice.Days.Since || row.Date > slice.Days.Until);
        if (strays > 0)
            throw new SliceRejectedException($"{strays} of {count} rows lie outside the days that were asked for.");
    }

    private static async Task<List<HeldRow>> HeldAsync(Steps step)
    {
        await using var reader = await step.ReadAsync(nameof(Held), HeldOf(step.Slice));
        return await ReadHeldAsync(reader);
    }

    internal static async Task<List<HeldRow>> ReadHeldAsync(NpgsqlDataReader reader)
    {
        var rows = new List<HeldRow>();
        while (await reader.ReadAsync())
            rows.Add(new HeldRow(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<DateOnly>(2)));
        return rows;
    }

    private sealed class Steps(
        SlicePublisher publisher, NpgsqlConnection connection, InsightsSlice slice, SliceJudgement judgement, DateTimeOffset now, CancellationToken cancellationToken)
    {
        /// <summary>Held rows that were not read.</summary>
        public Guid[] Gone { get; set; } = [];

        /// <summary>Days whose rows so far are of single objects, so that nothing sums them up yet.</summary>
        public DateOnly[] Unsummed { get; set; } = [];

        public InsightsSlice Slice => slice;

        public SliceJudgement Judgement => judgement;

        public NpgsqlConnection Connection => connection;

        public DateTime Now => now.UtcDateTime;

        public CancellationToken CancellationToken => cancellationToken;

        public Task BeforeAsync(string name) => publisher.BeforeStatement?.Invoke(name, connection) ?? Task.CompletedTask;

        public async Task<int> ExecuteAsync(string name, string sql)
        {
            await BeforeAsync(name);
            await using var command = Command(sql, connection, slice, judgement, now, Gone, Unsummed);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async Task<long> CountAsync(string name, string sql)
        {
            await using var reader = await ReadAsync(name, sql);
            await reader.ReadAsync(cancellationToken);
            return reader.GetInt64(0);
        }

        public async Task<NpgsqlDataReader> ReadAsync(string name, string sql)
        {
            await BeforeAsync(name);
            await using var command = Command(sql, connection, slice, judgement, now, Gone, Unsummed);
            return await command.ExecuteReaderAsync(cancellationToken);
        }
    }

    /// <summary>Binds the parameters of a slice that the text names.</summary>
    internal static NpgsqlCommand Command(
        string sql, NpgsqlConnection connection, InsightsSlice slice, SliceJudgement judgement, DateTimeOffset now, Guid[]? gone = null, DateOnly[]? unsummed = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        Bind("run", slice.Run.Id, NpgsqlDbType.Bigint);
        Bind("epoch", slice.Run.Epoch, NpgsqlDbType.Bigint);
        Bind("slice", slice.Number, NpgsqlDbType.Integer);
        Bind("tenant", slice.Run.Account.Tenant.Value, NpgsqlDbType.Uuid);
        Bind("account", slice.Run.Account.Account.ToString(), NpgsqlDbType.Text);
        Bind("job", slice.Run.Job, NpgsqlDbType.Text);
        Bind("report", slice.Report.Name, NpgsqlDbType.Text);
        Bind("level", Core.Insights.InsightsLevels.WireName(slice.Report.Level), NpgsqlDbType.Text);
        Bind("since", slice.Days.Since, NpgsqlDbType.Date);
        Bind("until", slice.Days.Until, NpgsqlDbType.Date);
        Bind("shape", ReportShape.Of(slice.Report), NpgsqlDbType.Bigint);
        Bind("settling", DayFinalities.RestatementDays, NpgsqlDbType.Integer);
        Bind("now", now.UtcDateTime, NpgsqlDbType.TimestampTz);
        Bind("cursor", slice.CursorAfter ?? slice.Days.Until, NpgsqlDbType.Date);
        Bind("kept", judgement.HeldDays.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Date);
        Bind("gone", gone ?? [], NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Bind("unsummed", unsummed ?? [], NpgsqlDbType.Array | NpgsqlDbType.Date);
        Bind("entity_level", slice.Entity is { } entity ? Core.Insights.InsightsLevels.WireName(entity.Level) : "", NpgsqlDbType.Text);
        Bind("entity_id", slice.Entity?.Id ?? "", NpgsqlDbType.Text);
        Bind("released", judgement.ReleasedDays.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Date);
        Bind("archived", judgement.ArchivedUntil ?? slice.Days.Since, NpgsqlDbType.Date);
        Bind("found_dates", judgement.Findings.Select(finding => finding.Date).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Date);
        Bind("found_metrics", judgement.Findings.Select(finding => finding.Metric).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Bind("found_totals", judgement.Findings.Select(finding => finding.AccountTotal).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Numeric);
        Bind("found_sums", judgement.Findings.Select(finding => finding.RowsTotal).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Numeric);
        Bind("found_verdicts", judgement.Findings.Select(finding => finding.Verdict.WireName()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Bind("found_keys", judgement.Findings.Select(finding => finding.HeldBackKeys).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        return command;

        void Bind(string name, object value, NpgsqlDbType type)
        {
            if (sql.Contains('@' + name, StringComparison.Ordinal))
                command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        }
    }
}
