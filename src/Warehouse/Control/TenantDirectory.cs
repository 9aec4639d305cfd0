using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;
using Npgsql;
using NpgsqlTypes;

namespace MetaGrains.Warehouse.Control;

/// <summary>Makes, finds and changes tenants for callers. A deleted tenant is found no more; its rows are erased later.</summary>
public sealed class TenantDirectory(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Columns =
        "id, slug, name, currency, sync_enabled, budget_mode, budget_calls_per_hour, settings_version, created_at, several_currencies, auto_tier_min, auto_tier_max";

    private const string Make = $"""
        insert into tenants (slug, name, currency, sync_enabled, budget_mode, budget_calls_per_hour, several_currencies, auto_tier_min, auto_tier_max, created_at, updated_at)
        values (@slug, @name, @currency, coalesce(@enabled, true), coalesce(@mode, 'meta'), @calls, coalesce(@several, false),
          coalesce(@slowest, 'low'), coalesce(@fastest, 'high'), @now, @now)
        on conflict (slug) do nothing
        returning {Columns}
        """;

    private const string Change = $"""
        update tenants set name = coalesce(@name, name), currency = coalesce(@currency, currency),
          sync_enabled = coalesce(@enabled, sync_enabled), several_currencies = coalesce(@several, several_currencies), budget_mode = coalesce(@mode, budget_mode),
          budget_calls_per_hour = case when @mode is null then coalesce(@calls, budget_calls_per_hour) else @calls end,
          auto_tier_min = coalesce(@slowest, auto_tier_min), auto_tier_max = coalesce(@fastest, auto_tier_max), updated_at = @now
        where id = @id and deleted_at is null
        returning {Columns}
        """;

    /// <summary>Makes a tenant.</summary>
    /// <returns>It, or null when the slug is taken (by a deleted tenant, too: its data may still be there).</returns>
    public Task<TenantRecord?> MakeAsync(string slug, TenantSettings settings, CancellationToken cancellationToken) =>
        ReadOneAsync(Make, command =>
        {
            command.Parameters.AddWithValue("slug", slug);
            Bind(command, settings);
        }, cancellationToken);

    /// <summary>Finds a tenant by slug or id.</summary>
    public Task<TenantRecord?> FindAsync(string slugOrId, CancellationToken cancellationToken) =>
        ReadOneAsync(
            $"select {Columns} from tenants where (slug = @key or id = @id) and deleted_at is null",
            command =>
            {
                command.Parameters.AddWithValue("key", slugOrId);
                command.Parameters.Add(new NpgsqlParameter("id", NpgsqlDbType.Uuid) { Value = TenantId.TryParse(slugOrId, out var id) ? id.Value : DBNull.Value });
            },
            cancellationToken);

    /// <summary>A page of all tenants, in the order of their slugs.</summary>
    /// <param name="after">The slug after which the page begins, or null for the first page.</param>
    /// <param name="limit">Most rows.</param>
    public async Task<IReadOnlyList<TenantRecord>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from tenants where deleted_at is null and (@after is null or slug > @after) order by slug limit @limit");
        command.Parameters.Add(new NpgsqlParameter("after", NpgsqlDbType.Text) { Value = (object?)after ?? DBNull.Value });
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<TenantRecord>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(Read(reader));
        return tenants;
    }

    /// <summary>Changes a tenant. A budget's mode and limit change together: with a mode, no limit means the default one.</summary>
    /// <returns>It as it is now, or null when there is none.</returns>
    public Task<TenantRecord?> ChangeAsync(TenantId tenant, TenantSettings settings, CancellationToken cancellationToken) =>
        ReadOneAsync(Change, command =>
        {
            command.Parameters.AddWithValue("id", tenant.Value);
            Bind(command, settings);
        }, cancellationToken);

    /// <summary>Deletes a tenant: nothing of it is synced or found any more.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> DeleteAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("update tenants set deleted_at = $2, updated_at = $2 where id = $1 and deleted_at is null");
        command.Parameters.Add(new() { Value = tenant.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private void Bind(NpgsqlCommand command, TenantSettings settings)
    {
        command.Parameters.Add(new NpgsqlParameter("name", NpgsqlDbType.Text) { Value = (object?)settings.Name ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("currency", NpgsqlDbType.Text) { Value = (object?)settings.Currency ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("enabled", NpgsqlDbType.Boolean) { Value = (object?)settings.SyncEnabled ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("several", NpgsqlDbType.Boolean) { Value = (object?)settings.SeveralCurrencies ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("mode", NpgsqlDbType.Text) { Value = (object?)settings.BudgetMode ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("calls", NpgsqlDbType.Integer) { Value = (object?)settings.CallsPerHour ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("slowest", NpgsqlDbType.Text) { Value = (object?)settings.AutoTier?.Slowest.WireName() ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("fastest", NpgsqlDbType.Text) { Value = (object?)settings.AutoTier?.Fastest.WireName() ?? DBNull.Value });
        command.Parameters.AddWithValue("now", clock.GetUtcNow().UtcDateTime);
    }

    private async Task<TenantRecord?> ReadOneAsync(string sql, Action<NpgsqlCommand> bind, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        bind(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static TenantRecord Read(NpgsqlDataReader reader) => new(
        new TenantId(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4),
        reader.GetString(5), reader.Value<int>(6), reader.GetInt64(7), reader.GetFieldValue<DateTimeOffset>(8), reader.GetBoolean(9), AutoTierStore.BoundsOf(reader.GetString(10), reader.GetString(11)));
}
