using System.Collections.Immutable;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Insights;

/// <summary>Opens and closes runs: <c>sync_runs</c>, and the epoch in <c>sync_cursors</c> that fences their publishes.</summary>
public sealed class RunLedger(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Begin = """
        with pen as (
          insert into sync_cursors as c (tenant_id, ad_account_id, job, run_epoch, updated_at)
          values (@tenant, @account, @job, 1, @now)
          on conflict (tenant_id, ad_account_id, job) do update set run_epoch = c.run_epoch + 1, updated_at = @now
          returning run_epoch
        ), adopted as (
          update sync_runs r set status = 'running', run_epoch = pen.run_epoch, window_since = @since, window_until = @until, started_at = @now
          from pen
          where r.run_id = @requested and r.tenant_id = @tenant and r.ad_account_id = @account and r.job = @job
            and r.status in ('queued', 'running')
          returning r.run_id, r.run_epoch
        ), made as (
          insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, window_since, window_until, started_at)
          select @tenant, @account, @job, @trigger, 'running', run_epoch, @since, @until, @now from pen where @requested is null
          returning run_id, run_epoch
        )
        select run_id, run_epoch from adopted union all select run_id, run_epoch from made
        """;

    // The pen is taken in the statement before, so whatever still says "running" has lost it. A run that somebody asked
    // for goes back to the queue: it was accepted.
    private const string TakeOver = """
        with overtaken as (
          update sync_runs set
            status = case when requested_at is null then 'superseded' else 'queued' end,
            finished_at = case when requested_at is null then @now end,
            error_message = case when requested_at is null then 'A later run of the same account and job started.' end
          where tenant_id = @tenant and ad_account_id = @account and job = @job and status = 'running' and run_id <> @run
          returning run_id
        ), emptied as (
          delete from insights_staging where run_id = any (array(select run_id from overtaken) || @run::bigint)
        ), held as (
          update sync_cursors set active_run = @run
          where tenant_id = @tenant and ad_account_id = @account and job = @job
        )
        select report, archived_until from meta_report_hints where tenant_id = @tenant and ad_account_id = @account
        """;

    // A run that somebody asked for is wanted until it has succeeded or its account refuses it for good: one that failed
    // or was told to stop waits for its next try, says what went wrong last, and counts what all its tries cost.
    private const string End = """
        update sync_runs set
          status = case when requested_at is not null and @status in ('failed', 'cancelled') then 'queued' else @status end,
          finished_at = case when requested_at is not null and @status in ('failed', 'cancelled') then null else @now end,
          duration_ms = coalesce(duration_ms, 0) + @duration, calls = calls + @calls, retries = retries + @retries,
          pages = pages + @pages, bytes = bytes + @bytes, rows_read = rows_read + @read,
          rows_inserted = rows_inserted + @inserted, rows_changed = rows_changed + @changed,
          rows_unchanged = rows_unchanged + @unchanged, rows_vanished = rows_vanished + @vanished, held_days = @held, entities = @entities,
          rate_limited = rate_limited or @limited, error_code = @code, error_subcode = @subcode, error_trace = @trace, error_message = @message, shape = @shape
        where run_id = @run and run_epoch = @epoch and status in ('running', 'superseded')
        """;

    private const string Release = """
        with emptied as (delete from insights_staging where run_id = @run and run_epoch = @epoch)
        update sync_cursors set active_run = null
        where tenant_id = @tenant and ad_account_id = @account and job = @job and active_run = @run and run_epoch = @epoch
        """;

    /// <summary>Starts a run of its own accord.</summary>
    public Task<SyncRun> BeginAsync(
        AdAccountKey account, string job, string trigger, DateRange window, CancellationToken cancellationToken) =>
        BeginAsync(account, job, trigger, window, requestedRun: null, cancellationToken);

    /// <inheritdoc cref="IInsightsStore.BeginRunAsync" />
    public async Task<SyncRun> BeginAsync(
        AdAccountKey account, string job, string trigger, DateRange? window, long? requestedRun, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await using var begin = Command(Begin, connection, account, job);
        begin.Parameters.AddWithValue("trigger", trigger);
        begin.Parameters.Add(new NpgsqlParameter("since", NpgsqlDbType.Date) { Value = (object?)window?.Since ?? DBNull.Value });
        begin.Parameters.Add(new NpgsqlParameter("until", NpgsqlDbType.Date) { Value = (object?)window?.Until ?? DBNull.Value });
        begin.Parameters.Add(new NpgsqlParameter("requested", NpgsqlDbType.Bigint) { Value = (object?)requestedRun ?? DBNull.Value });
        SyncRun run;
        await using (var reader = await begin.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                throw new StaleRunException($"Run {requestedRun} of {account.Account} has ended already, or is no run of job {job}.");
            run = new SyncRun(reader.GetInt64(0), account, job, reader.GetInt64(1));
        }

        await using var takeOver = Command(TakeOver, connection, account, job);
        takeOver.Parameters.AddWithValue("run", run.Id);
        var hints = ImmutableDictionary.CreateBuilder<string, DateOnly>();
        await using (var reader = await takeOver.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                hints.Add(reader.GetString(0), reader.GetFieldValue<DateOnly>(1));
        }

        await transaction.CommitAsync(cancellationToken);
        return hints.Count == 0 ? run : run with { ArchivedUntil = hints.ToImmutable() };
    }

    /// <inheritdoc cref="IInsightsStore.EndRunAsync" />
    public async Task EndAsync(SyncRun run, RunReport report, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        // Cursor before run, as BeginAsync locks them: the other way round the two would deadlock.
        await using var release = Command(Release, connection, run.Account, run.Job);
        release.Parameters.AddWithValue("run", run.Id);
        release.Parameters.AddWithValue("epoch", run.Epoch);
        await release.ExecuteNonQueryAsync(cancellationToken);
        await using var end = EndCommand(connection, run, report);
        await end.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private NpgsqlCommand EndCommand(NpgsqlConnection connection, SyncRun run, RunReport report)
    {
        var end = new NpgsqlCommand(End, connection);
        end.Parameters.AddWithValue("run", run.Id);
        end.Parameters.AddWithValue("epoch", run.Epoch);
        end.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        end.Parameters.AddWithValue("status", report.Outcome.ToString().ToLowerInvariant());
        end.Parameters.AddWithValue("duration", (long)report.Duration.TotalMilliseconds);
        end.Parameters.AddWithValue("calls", report.Calls);
        end.Parameters.AddWithValue("retries", report.Retries);
        end.Parameters.AddWithValue("pages", report.Pages);
        end.Parameters.AddWithValue("bytes", report.Bytes);
        end.Parameters.AddWithValue("read", report.Rows.Read);
        end.Parameters.AddWithValue("inserted", report.Rows.Inserted);
        end.Parameters.AddWithValue("changed", report.Rows.Changed);
        end.Parameters.AddWithValue("unchanged", report.Rows.Unchanged);
        end.Parameters.AddWithValue("vanished", report.Rows.Vanished);
        end.Parameters.AddWithValue("held", report.HeldDays);
        end.Parameters.Add(new NpgsqlParameter("entities", NpgsqlDbType.Jsonb) { Value = JsonSerializer.Serialize(report.Entities) });
        end.Parameters.AddWithValue("limited", report.RateLimited);
        end.Parameters.Add(new NpgsqlParameter("code", NpgsqlDbType.Integer) { Value = (object?)report.ErrorCode ?? DBNull.Value });
        end.Parameters.Add(new NpgsqlParameter("subcode", NpgsqlDbType.Integer) { Value = (object?)report.ErrorSubcode ?? DBNull.Value });
        end.Parameters.Add(new NpgsqlParameter("trace", NpgsqlDbType.Text) { Value = (object?)report.ErrorTrace ?? DBNull.Value });
        end.Parameters.Add(new NpgsqlParameter("shape", NpgsqlDbType.Text) { Value = (object?)report.Shape ?? DBNull.Value });
        end.Parameters.Add(new NpgsqlParameter("message", NpgsqlDbType.Text) { Value = (object?)report.ErrorMessage ?? DBNull.Value });
        return end;
    }

    private NpgsqlCommand Command(string sql, NpgsqlConnection connection, AdAccountKey account, string job)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("tenant", account.Tenant.Value);
        command.Parameters.AddWithValue("account", account.Account.ToString());
        command.Parameters.AddWithValue("job", job);
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
        return command;
    }
}
