using MetaGrains.Core.Completeness;
using MetaGrains.Core.Sync;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Makes a staged slice visible in one transaction: rows that vanished become tombstones, rows that differ are
/// updated, new rows inserted, unchanged rows not touched at all; aggregates of the touched days and the cursor go
/// with them. A reader sees the old slice or the new one, and so does whoever looks after a crash.
/// </summary>
public sealed partial class SlicePublisher(NpgsqlDataSource database, InsightPartitions partitions, TimeProvider clock)
{
    private const string RawTable = "meta_insights_raw";

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
        await partitions.EnsureAsync(slice.Days, cancellationToken);
        try
        {
            return await PublishOnceAsync(slice, expectedRows, judgement, cancellationToken);
        }
        catch (PostgresException kept) when (kept.SqlState == PostgresErrorCodes.UniqueViolation && kept.TableName?.StartsWith(RawTable, StringComparison.Ordinal) == true)
        {
            // Rows that vanished are back: their raw rows had stayed.
            return await PublishOnceAsync(slice, expectedRows, judgement, cancellationToken, rawHeld: true);
        }
        catch (PostgresException retired) when (retired.SqlState == PostgresErrorCodes.CheckViolation && retired.ConstraintName is null)
        {
            // No table for a month: retention has taken it away since it was last looked at.
            partitions.Forget();
            await partitions.EnsureAsync(slice.Days, cancellationToken);
            return await PublishOnceAsync(slice, expectedRows, judgement, cancellationToken);
        }
        catch (PostgresException circle) when (circle.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            // Somebody beside this program locks the same rows: PostgreSQL undid the publish, and what is staged is still there.
            return await PublishOnceAsync(slice, expectedRows, judgement, cancellationToken);
        }
    }

    private async Task<PublishCounts> PublishOnceAsync(
        InsightsSlice slice, long expectedRows, SliceJudgement judgement, CancellationToken cancellationToken, bool rawHeld = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var step = new Steps(this, connection, slice, judgement, clock.GetUtcNow(), cancellationToken);
        await step.ExecuteAsync(nameof(Plan), Plan);
        await RequireFenceAsync(step, slice);
        var kept = judgement.HeldDays.IsEmpty ? 0 : await step.ExecuteAsync(nameof(Keep), Keep);
        var found = await CompareAsync(step);
        RequireWhole(found, expectedRows - kept);
        if (found.Incomplete > 0)
            await step.ExecuteAsync(nameof(Complete), Complete);
        if (found.Closed > 0 && found.Differs)
            await step.ExecuteAsync(nameof(Revisions), Revisions);
        var vanished = found.Gone > 0 ? await step.ExecuteAsync(nameof(Tombstone), Tombstone) : 0;
        var changed = found.Changed > 0 ? await step.ExecuteAsync(nameof(Update), Update) : 0;
        var inserted = found.New == 0 ? 0
            : found.Held == 0 ? await step.ExecuteAsync(nameof(InsertAll), InsertAll)
            : await step.ExecuteAsync(nameof(Insert), Insert);
        if (changed + inserted > 0)
        {
            await (found.Held > 0 ? step.ExecuteAsync(nameof(Raw), Raw)
                : rawHeld ? step.ExecuteAsync(nameof(RawAll), RawAll)
                : step.ExecuteAsync(nameof(RawNew), RawNew));
        }

        if (changed + inserted + vanished > 0 && FeedsAggregates(slice))
        {
            if (vanished > 0)
                await step.ExecuteAsync(nameof(AggregateGone), AggregateGone);
            await (found.Held == 0 ? step.ExecuteAsync(nameof(AggregateAll), AggregateAll) : step.ExecuteAsync(nameof(Aggregate), Aggregate));
        }

        await step.ExecuteAsync(nameof(Days), Days);
        if (!judgement.Findings.IsEmpty || !judgement.ReleasedDays.IsEmpty)
            await step.ExecuteAsync(nameof(Reconcile), Reconcile);
        if (judgement.ArchivedUntil is not null)
            await step.ExecuteAsync(nameof(Hint), Hint);
        await step.ExecuteAsync(nameof(Freshness), Freshness);
        if (slice.CursorAfter is not null)
            await step.ExecuteAsync(nameof(Cursor), Cursor);
        await step.ExecuteAsync(nameof(Unstage), Unstage);
        await step.BeforeAsync("Commit");
        await transaction.CommitAsync(cancellationToken);
        return new PublishCounts(expectedRows, inserted, changed, found.Staged - inserted - changed, vanished);
    }

    private static bool FeedsAggregates(InsightsSlice slice) => slice.Report.Name is "ad_daily" or "account_daily";

    private static async Task RequireFenceAsync(Steps step, InsightsSlice slice)
    {
        await using var reader = await step.ReadAsync(nameof(Fence), Fence);
        var epoch = await reader.ReadAsync() ? reader.GetInt64(0) : -1;
        if (epoch != slice.Run.Epoch)
            throw new StaleRunException($"Run {slice.Run.Id} of {slice.Run.Account.Account} was overtaken: its epoch is {slice.Run.Epoch}, the account is at {epoch}.");
    }

    private static async Task<Comparison> CompareAsync(Steps step)
    {
        await using var reader = await step.ReadAsync(nameof(Compare), Compare);
        await reader.ReadAsync();
        return new Comparison(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5),
            reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8));
    }

    private static void RequireWhole(Comparison found, long expectedRows)
    {
        if (found.Staged != expectedRows)
            throw new SliceRejectedException($"{expectedRows} rows were read but {found.Staged} are staged: PostgreSQL was restarted in between, or another process emptied staging.");
        if (found.Keys != found.Staged)
            throw new SliceRejectedException($"{found.Staged - found.Keys} of {found.Staged} rows came twice: the answer moved between two pages.");
        if (found.Strays != 0)
            throw new SliceRejectedException($"{found.Strays} of {found.Staged} rows lie outside the days that were asked for.");
    }

    /// <param name="Staged">Rows that were read.</param>
    /// <param name="Keys">Different ones.</param>
    /// <param name="Strays">Rows outside the days.</param>
    /// <param name="Held">Rows that the fact holds of these days.</param>
    /// <param name="New">Rows read that it lacks.</param>
    /// <param name="Changed">Rows read that it holds otherwise.</param>
    /// <param name="Gone">Rows that it holds and that were not read.</param>
    /// <param name="Closed">Days of the slice that were published after they were over.</param>
    /// <param name="Incomplete">Rows read that lack fields.</param>
    private readonly record struct Comparison(
        long Staged, long Keys, long Strays, long Held, long New, long Changed, long Gone, long Closed, long Incomplete)
    {
        public bool Differs => New + Changed + Gone > 0;
    }

    private sealed class Steps(
        SlicePublisher publisher, NpgsqlConnection connection, InsightsSlice slice, SliceJudgement judgement, DateTimeOffset now, CancellationToken cancellationToken)
    {
        public Task BeforeAsync(string name) => publisher.BeforeStatement?.Invoke(name, connection) ?? Task.CompletedTask;

        public async Task<int> ExecuteAsync(string name, string sql)
        {
            await BeforeAsync(name);
            await using var command = Command(sql, connection, slice, judgement, now);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async Task<NpgsqlDataReader> ReadAsync(string name, string sql)
        {
            await BeforeAsync(name);
            await using var command = Command(sql, connection, slice, judgement, now);
            return await command.ExecuteReaderAsync(cancellationToken);
        }
    }

    /// <summary>Binds the parameters of a slice that the text names.</summary>
    internal static NpgsqlCommand Command(string sql, NpgsqlConnection connection, InsightsSlice slice, SliceJudgement judgement, DateTimeOffset now)
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
