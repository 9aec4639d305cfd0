using System.Globalization;
using MetaGrains.Core.Upkeep;
using Npgsql;

namespace MetaGrains.Warehouse.Upkeep;

/// <summary>What one round of upkeep did.</summary>
/// <param name="Ran">False when another process was at it: nothing was done.</param>
/// <param name="Made">Monthly tables made ahead.</param>
/// <param name="Detached">Monthly tables moved out of the way, into the schema <c>retired</c>; one that held nothing was dropped.</param>
/// <param name="AbandonedRuns">Runs that were left behind by a dead process.</param>
/// <param name="StagedRows">Staged rows of runs that will never publish them.</param>
/// <param name="LogRows">Old rows of logs that were removed.</param>
public sealed record UpkeepReport(bool Ran, int Made, IReadOnlyList<MonthTable> Detached, int AbandonedRuns, long StagedRows, long LogRows);

/// <summary>
/// Keeps the warehouse in shape: months ahead, months that retention takes away, and what dead processes left behind.
/// Any host may call it as often as it likes, several at once: one of them works, and a second round finds nothing to do.
/// </summary>
public sealed class WarehouseUpkeep(NpgsqlDataSource database, RetentionOptions options, TimeProvider clock)
{
    private const long AdvisoryLock = 0x4D4755504B454550; // "MGUPKEEP"
    private const int Batch = 10_000;

    private const string Attached = """
        select p.relname, c.relname from pg_inherits i
        join pg_class p on p.oid = i.inhparent and p.relnamespace = 'public'::regnamespace
        join pg_class c on c.oid = i.inhrelid
        where p.relname in ('meta_insights_daily', 'meta_insights_raw') and c.relname ~ '_[0-9]{4}_[0-9]{2}$' and not i.inhdetachpending
        """;

    // A detach that was broken off is finished first: until then no other one is possible.
    private const string Pending = """
        select format('alter table %s detach partition %s finalize', i.inhparent::regclass, i.inhrelid::regclass)
        from pg_inherits i where i.inhdetachpending
        """;

    // The epoch is raised before the run is given up, so that whoever runs it after all can publish nothing.
    private const string Abandon = """
        with dead as (
          select c.tenant_id, c.ad_account_id, c.job, r.run_id from sync_cursors c
          join sync_runs r on r.run_id = c.active_run
          where r.status = 'running' and r.started_at < $1
          for update of c skip locked
        ), fenced as (
          update sync_cursors c set run_epoch = c.run_epoch + 1, active_run = null, updated_at = $2
          from dead where c.tenant_id = dead.tenant_id and c.ad_account_id = dead.ad_account_id and c.job = dead.job
        )
        update sync_runs r set
          status = case when requested_at is null then 'failed' else 'queued' end,
          finished_at = case when requested_at is null then $2 end,
          error_message = case when requested_at is null then 'The process that ran it is gone.' end
        from dead where r.run_id = dead.run_id and r.status = 'running'
        """;

    // Whoever may still publish is the active run of its cursor, with the cursor's epoch.
    private const string Orphans = """
        delete from insights_staging where ctid = any (array(
          select s.ctid from insights_staging s
          where not exists (
            select from sync_runs r
            join sync_cursors c on c.tenant_id = r.tenant_id and c.ad_account_id = r.ad_account_id and c.job = r.job
            where r.run_id = s.run_id and r.status = 'running' and c.active_run = r.run_id and c.run_epoch = s.run_epoch)
          limit $1))
        """;

    private static readonly string[] Logs =
    [
        """
        delete from sync_runs where run_id = any (array(
          select run_id from sync_runs where status not in ('queued', 'running') and finished_at < $2 limit $1))
        """,
        "delete from webhook_inbox where id = any (array(select id from webhook_inbox where status in ('done', 'ignored') and received_at < $2 limit $1))",
    ];

    private const string ExpiredReports = """
        delete from report_runs where ctid = any (array(select ctid from report_runs where expires_at < $2 limit $1))
        """;

    /// <summary>One round.</summary>
    public async Task<UpkeepReport> RunAsync(CancellationToken cancellationToken)
    {
        await using var guard = await database.OpenConnectionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(guard, "select pg_try_advisory_lock($1)", cancellationToken, AdvisoryLock))
            return new UpkeepReport(Ran: false, 0, [], 0, 0, 0);
        try
        {
            var now = clock.GetUtcNow();
            var plan = PartitionPlan.Of(await AttachedAsync(guard, cancellationToken), DateOnly.FromDateTime(now.UtcDateTime), options);
            var made = await ScalarAsync<int>(guard, "select ensure_insight_partitions($1, $2)", cancellationToken, plan.Since, plan.Until);
            foreach (var finish in await ListAsync(guard, Pending, cancellationToken))
                await ExecuteAsync(guard, finish, cancellationToken);
            foreach (var month in plan.Detach)
                await DetachAsync(guard, month, cancellationToken);
            var abandoned = await ExecuteAsync(
                guard, Abandon, cancellationToken, now.UtcDateTime.AddHours(-options.AbandonedAfterHours), now.UtcDateTime);
            var staged = await DrainAsync(guard, Orphans, cancellationToken, Batch);
            long logs = 0;
            foreach (var log in Logs)
                logs += await DrainAsync(guard, log, cancellationToken, Batch, now.UtcDateTime.AddDays(-options.LogDays));
            logs += await DrainAsync(guard, ExpiredReports, cancellationToken, Batch, now.UtcDateTime);
            return new UpkeepReport(Ran: true, made, plan.Detach, abandoned, staged, logs);
        }
        finally
        {
            await ExecuteAsync(guard, "select pg_advisory_unlock($1)", CancellationToken.None, AdvisoryLock);
        }
    }

    /// <summary>The name of a month's table.</summary>
    internal static string NameOf(MonthTable month) =>
        string.Create(CultureInfo.InvariantCulture, $"{month.Table}_{month.Month:yyyy}_{month.Month:MM}");

    // CONCURRENTLY locks out no reader; it cannot run in a transaction, so a crash between the two steps leaves a table
    // that ensure_insight_partitions would take for attached: the next round moves that one first.
    private static async Task DetachAsync(NpgsqlConnection connection, MonthTable month, CancellationToken cancellationToken)
    {
        var name = NameOf(month);
        await ExecuteAsync(connection, $"alter table public.{month.Table} detach partition public.{name} concurrently", cancellationToken);
        if (await ScalarAsync<bool>(connection, $"select exists (select from public.{name})", cancellationToken))
            await RetireAsync(connection, name, cancellationToken);
        else
            await ExecuteAsync(connection, $"drop table public.{name}", cancellationToken);
    }

    // A month that was read again after it had been retired is retired a second time, under another name.
    private static Task<int> RetireAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, $"select retire_partition('{name}')", cancellationToken);

    private static async Task<List<MonthTable>> AttachedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var stray in await ListAsync(connection, "select relname from detached_partitions()", cancellationToken))
            await RetireAsync(connection, stray, cancellationToken);
        await using var command = new NpgsqlCommand(Attached, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<MonthTable>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var text = reader.GetString(1)[^"yyyy_MM".Length..];
            months.Add(new MonthTable(reader.GetString(0), DateOnly.ParseExact(text, "yyyy_MM", CultureInfo.InvariantCulture)));
        }

        return months;
    }

    private static async Task<long> DrainAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        long total = 0;
        for (var removed = Batch; removed == Batch; total += removed)
            removed = await ExecuteAsync(connection, sql, cancellationToken, parameters);
        return total;
    }

    private static async Task<List<string>> ListAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            lines.Add(reader.GetString(0));
        return lines;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
