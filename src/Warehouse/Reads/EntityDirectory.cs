using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
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

    /// <summary>The campaign, ad set or ad of an account that has an id, deleted ones included; null when none is known.</summary>
    public async Task<EntityScope?> FindAsync(AdAccountKey account, string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select 'campaign' from meta_campaigns where tenant_id = $1 and ad_account_id = $2 and campaign_id = $3
            union all
            select 'adset' from meta_ad_sets where tenant_id = $1 and ad_account_id = $2 and adset_id = $3
            union all
            select 'ad' from meta_ads where tenant_id = $1 and ad_account_id = $2 and ad_id = $3
            """);
        command.Parameters.Add(new() { Value = account.Tenant.Value });
        command.Parameters.Add(new() { Value = account.Account.ToString() });
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellationToken) is string name && InsightsLevels.TryParse(name, out var level)
            ? new EntityScope(level, id)
            : null;
    }
}
