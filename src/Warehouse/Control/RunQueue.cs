using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What somebody asks for: a job, perhaps with days of their own.</summary>
/// <param name="Job">The job.</param>
/// <param name="Range">Days instead of the job's own window, or null.</param>
/// <param name="Preset">Days by name, or null; <paramref name="Range"/> comes first.</param>
/// <param name="Trigger">Who asks: <c>api</c>, <c>cli</c>, <c>connect</c> …</param>
public sealed record RunAsk(SyncJob Job, DateRange? Range, DatePreset? Preset, string Trigger)
{
    /// <summary>The object that is to be read alone, with what is below it; null for all of the account.</summary>
    public EntityScope? Entity { get; init; }
}

/// <summary>
/// Runs that were accepted and wait for their account's grain: rows of <c>sync_runs</c> with status <c>queued</c>, so
/// that no crash loses one.
/// </summary>
public sealed class RunQueue(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Ask = """
        insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at, request)
        values ($1, $2, $3, $4, 'queued', 0, $5, $6)
        returning run_id
        """;

    // Whoever asks for a run of an account by request waits here for the one who asks just now; publishes do not.
    private const string Lock = """
        select 1 from ad_accounts where tenant_id = $1 and ad_account_id = $2 for no key update
        """;

    private const string Known = """
        select run_id, status, request_key is not distinct from $5, job = $3 and request is not distinct from $4::jsonb
        from sync_runs
        where tenant_id = $1 and ad_account_id = $2
          and (request_key = $5 or (status = 'queued' and requested_at is not null and job = $3 and request is not distinct from $4::jsonb))
        order by (request_key is not distinct from $5) desc, run_id
        limit 1
        """;

    private const string KeepKey = """
        update sync_runs set request_key = $2 where run_id = $1 and request_key is null and $2 is not null
        """;

    private const string AskOnce = """
        insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at, request, request_key)
        values ($1, $2, $3, $6, 'queued', 0, $7, $4, $5)
        returning run_id
        """;

    private const string Waiting = """
        select run_id, job, trigger, requested_at, request
        from sync_runs
        where tenant_id = $1 and ad_account_id = $2 and requested_at is not null and status in ('queued', 'running')
        order by run_id
        """;

    private const string Refuse = """
        update sync_runs set status = 'failed', finished_at = $2, error_message = $3
        where run_id = $1 and status = 'queued'
        """;

    /// <summary>Accepts a run.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> AskAsync(AdAccountKey account, RunAsk ask, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Ask);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        command.Parameters.Add(new() { Value = ask.Job.WireName() });
        command.Parameters.Add(new() { Value = ask.Trigger });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = (object?)Write(ask) ?? DBNull.Value });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Accepts a run once, however often and however much at once it is asked for: the same key is the same run for ever,
    /// and the same ask as one that still waits is that one.
    /// </summary>
    /// <param name="key">The caller's own name for the request, or null.</param>
    /// <returns>Null when there is no such account.</returns>
    public async Task<RunReceipt?> RequestAsync(AdAccountKey account, RunAsk ask, string? key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginWriteAsync(cancellationToken);
        await using (var held = new NpgsqlCommand(Lock, connection))
        {
            BindAccount(held, account);
            if (await held.ExecuteScalarAsync(cancellationToken) is null)
                return null;
        }

        // A statement of its own, since it must see what was committed while the one before waited.
        var receipt = await KnownAsync(connection, account, ask, key, cancellationToken) ?? await InsertAsync(connection, account, ask, key, cancellationToken);
        if (receipt.Kind == ReceiptKind.Waiting)
        {
            await using var keep = new NpgsqlCommand(KeepKey, connection) { Parameters = { new() { Value = receipt.RunId }, Text(key) } };
            await keep.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return receipt;
    }

    /// <summary>
    /// The account's runs that were accepted and have not ended, oldest first; one that says "running" was perhaps left
    /// behind by a crash, and whoever really runs it knows its id.
    /// </summary>
    public async Task<IReadOnlyList<SyncRequest>> WaitingAsync(AdAccountKey account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Waiting);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var requests = new List<SyncRequest>();
        while (await reader.ReadAsync(cancellationToken))
            requests.Add(Read(reader));
        return requests;
    }

    /// <summary>Ends a waiting run that will not be started, with the reason.</summary>
    /// <returns>False when it was not waiting any more.</returns>
    public async Task<bool> RefuseAsync(long runId, string reason, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Refuse);
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = reason });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task<RunReceipt?> KnownAsync(
        NpgsqlConnection connection, AdAccountKey account, RunAsk ask, string? key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Known, connection);
        BindAsk(command, account, ask, key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var kind = (key is not null && reader.GetBoolean(2), reader.GetBoolean(3)) switch
        {
            (true, true) => ReceiptKind.Repeated,
            (true, false) => ReceiptKind.KeyTaken,
            _ => ReceiptKind.Waiting,
        };
        return new RunReceipt(reader.GetInt64(0), kind, reader.GetString(1));
    }

    private async Task<RunReceipt> InsertAsync(
        NpgsqlConnection connection, AdAccountKey account, RunAsk ask, string? key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AskOnce, connection);
        BindAsk(command, account, ask, key);
        command.Parameters.Add(new() { Value = ask.Trigger });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return new RunReceipt((long)(await command.ExecuteScalarAsync(cancellationToken))!, ReceiptKind.Accepted, "queued");
    }

    private static void BindAccount(NpgsqlCommand command, AdAccountKey account)
    {
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
    }

    private static void BindAsk(NpgsqlCommand command, AdAccountKey account, RunAsk ask, string? key)
    {
        BindAccount(command, account);
        command.Parameters.Add(new() { Value = ask.Job.WireName() });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = (object?)Write(ask) ?? DBNull.Value });
        command.Parameters.Add(Text(key));
    }

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    // {"since": "2026-03-01", "until": "2026-03-07"} or {"date_preset": "last_7d"}, with {"entity": "123", "entity_level":
    // "campaign"} for one object; null for the job as it is.
    private static string? Write(RunAsk ask)
    {
        var request = new JsonObject();
        if (ask.Range is { } range)
            (request["since"], request["until"]) = (DateRange.Iso(range.Since), DateRange.Iso(range.Until));
        else if (ask.Preset is { } preset)
            request["date_preset"] = preset.WireName();
        if (ask.Entity is { } entity)
            (request["entity"], request["entity_level"]) = (entity.Id, entity.Level.WireName());
        return request.Count == 0 ? null : request.ToJsonString();
    }

    private static SyncRequest Read(NpgsqlDataReader reader)
    {
        using var request = reader.Line(4) is { } json ? JsonDocument.Parse(json) : null;
        var (range, preset) = request is null ? (null, null) : ReadDays(request.RootElement);
        return new SyncRequest
        {
            RunId = reader.GetInt64(0),
            Job = SyncJobs.TryParse(reader.GetString(1), out var job)
                ? job
                : throw new InvalidOperationException($"sync_runs: run {reader.GetInt64(0)} asks for the unknown job '{reader.GetString(1)}'."),
            Trigger = reader.GetString(2),
            AskedAt = reader.GetFieldValue<DateTimeOffset>(3),
            Range = range,
            Preset = preset,
            Entity = request is null ? null : ReadEntity(request.RootElement),
        };
    }

    private static (DateRange? Range, DatePreset? Preset) ReadDays(JsonElement request)
    {
        if (request.TryGetProperty("date_preset", out var name))
            return DatePresets.TryParse(name.GetString(), out var preset) ? (null, preset) : throw new InvalidOperationException($"sync_runs: unknown date preset {name}.");
        return request.TryGetProperty("since", out _) ? (new DateRange(Day("since"), Day("until")), null) : (null, null);

        DateOnly Day(string property) => DateOnly.ParseExact(request.GetProperty(property).GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static EntityScope? ReadEntity(JsonElement request)
    {
        if (!request.TryGetProperty("entity", out var id))
            return null;
        var name = request.GetProperty("entity_level").GetString();
        return InsightsLevels.TryParse(name, out var level)
            ? new EntityScope(level, id.GetString()!)
            : throw new InvalidOperationException($"sync_runs: unknown level {name} of {id}.");
    }
}
