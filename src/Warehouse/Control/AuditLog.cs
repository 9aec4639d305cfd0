using System.Text.Json;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>What somebody did.</summary>
/// <param name="Tenant">The tenant that it concerns, with which the row goes; null for a row that stays.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, such as <c>tenant.erase</c>.</param>
/// <param name="Target">On what.</param>
/// <param name="TraceId">The request's trace.</param>
public sealed record AuditEntry(TenantId? Tenant, string Actor, string Action, string Target, string? TraceId);

/// <summary>Writes down what people and their programs did. Details never hold a secret.</summary>
public sealed class AuditLog(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Writes a row.</summary>
    /// <returns>Its id.</returns>
    public async Task<long> WriteAsync(AuditEntry entry, object details, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "insert into audit_log (tenant_id, at, actor, action, target, details, trace_id) values ($1, $2, $3, $4, $5, $6, $7) returning id");
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = (object?)entry.Tenant?.Value ?? DBNull.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = entry.Actor });
        command.Parameters.Add(new() { Value = entry.Action });
        command.Parameters.Add(new() { Value = entry.Target });
        command.Parameters.Add(Json(details));
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)entry.TraceId ?? DBNull.Value });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Replaces the details of a row, once what it tells of has ended.</summary>
    public async Task AmendAsync(long id, object details, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("update audit_log set details = $2 where id = $1");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(Json(details));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Json(object details) => new() { NpgsqlDbType = NpgsqlDbType.Jsonb, Value = JsonSerializer.Serialize(details) };
}
