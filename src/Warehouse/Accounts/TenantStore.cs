using MetaGrains.Core.Tenancy;
using Npgsql;

namespace MetaGrains.Warehouse.Accounts;

/// <summary>Tenants.</summary>
public sealed class TenantStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Ensure = """
        with made as (
          insert into tenants (slug, name, currency, created_at, updated_at) values ($1, $2, $3, $4, $4)
          on conflict (slug) do nothing
          returning id
        )
        select id from made union all select id from tenants where slug = $1 limit 1
        """;

    /// <summary>The tenant of that slug, made when it is missing; an existing one is left as it is.</summary>
    public async Task<TenantId> EnsureAsync(string slug, string name, string currency, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Ensure);
        command.Parameters.Add(new() { Value = slug });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = currency });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        // Two processes at once: the loser's insert does nothing and its snapshot has no row yet, so it asks again.
        var id = await command.ExecuteScalarAsync(cancellationToken) ?? await command.ExecuteScalarAsync(cancellationToken);
        return new TenantId((Guid)id!);
    }
}
