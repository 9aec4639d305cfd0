using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>Finds objects by their ids.</summary>
public sealed class EntityDirectory(NpgsqlDataSource database)
{
    /// <summary>Whether a tenant has, or had, an object.</summary>
    public async Task<bool> ExistsAsync(TenantId tenant, EntityTable table, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            select exists (select from {table.Table} where tenant_id = $1 and {table.Id} = $2)
                or exists (select from meta_entity_versions where tenant_id = $1 and kind = $3 and entity_id = $2)
            """);
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = table.Kind });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
