using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Tenants;

/// <summary>A tenant that is to be erased, or was.</summary>
/// <param name="Id"><c>tenants.id</c>.</param>
/// <param name="Slug">Its name in URLs.</param>
/// <param name="ErasedAt">When nothing was left of it; null while something is.</param>
public sealed record TenantGrave(TenantId Id, string Slug, DateTimeOffset? ErasedAt);

/// <summary>Finds tenants that others do not find any more: deleted ones, and what the audit log says of erased ones.</summary>
public sealed class TenantGraves(NpgsqlDataSource database)
{
    /// <summary>What the audit log calls an erasure.</summary>
    public const string Action = "tenant.erase";

    // A slug may have been given again: who has it now comes first, then who had it last.
    private const string Find = """
        select id, slug, null::timestamptz from tenants where slug = $1 or id = $2
        union all
        (select target::uuid, details ->> 'slug', (details ->> 'erased_at')::timestamptz from audit_log
         where action = $3 and tenant_id is null and details ? 'erased_at' and (details ->> 'slug' = $1 or target = $2::text)
         order by id desc limit 1)
        limit 1
        """;

    /// <summary>A tenant by slug or id, deleted ones, too, or as it was erased last; null when there never was one.</summary>
    public async Task<TenantGrave?> FindAsync(string slugOrId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new() { Value = slugOrId });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Uuid, Value = TenantId.TryParse(slugOrId, out var id) ? id.Value : DBNull.Value });
        command.Parameters.Add(new() { Value = Action });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TenantGrave(new TenantId(reader.GetGuid(0)), reader.GetString(1), reader.Value<DateTimeOffset>(2))
            : null;
    }
}
