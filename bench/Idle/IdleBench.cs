using MetaGrains.Bench.Failover;
using MetaGrains.Bench.Measure;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Npgsql;

namespace MetaGrains.Bench.Idle;

/// <summary>
/// What a silo writes while nothing is due: many accounts, all enabled, their next due time hours away. What is left are
/// the silo's signs of life and whatever it does in vain.
/// </summary>
/// <param name="databaseUrl">The server; the benchmark makes a database of its own there.</param>
/// <param name="engine">The engine of the silo.</param>
/// <param name="accounts">Accounts of the cluster.</param>
internal sealed class IdleBench(string databaseUrl, string engine, int accounts)
{
    // What a silo does at its start and in its first sweeps is over.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        await using var database = await ScratchDatabase.CreateAsync(databaseUrl, "_idle");
        await FillAsync(database);
        using var silo = await SiloChild.StartAsync(engine, new UriBuilder(databaseUrl) { Path = "/" + database.Name }.Uri.ToString(), EncryptionKeys.Generate());
        await Console.Error.WriteLineAsync($"metagrains: {accounts:N0} accounts that are not due; what is written is counted for {Window.TotalSeconds:0} s, in {Calm.TotalSeconds:0} s");
        await Task.Delay(Calm, TimeProvider.System);
        var (before, logBefore) = (await RowsAsync(database), await LogAsync(database));
        await Task.Delay(Window, TimeProvider.System);
        var (after, logAfter) = (await RowsAsync(database), await LogAsync(database));
        await silo.LeaveAsync();
        var byTable = after
            .Select(table => (Table: table.Key, Rows: table.Value - before.GetValueOrDefault(table.Key)))
            .Where(table => table.Rows > 0)
            .OrderByDescending(table => table.Rows)
            .ToDictionary(table => table.Table, table => PerSecond(table.Rows), StringComparer.Ordinal);
        return new Dictionary<string, object?>
        {
            ["accounts"] = accounts,
            ["silos"] = 1,
            ["window_s"] = Window.TotalSeconds,
            ["write_transactions_per_second"] = PerSecond(logAfter.Transactions - logBefore.Transactions),
            ["rows_per_second"] = Math.Round(byTable.Values.Sum(), 2),
            ["rows_per_second_by_table"] = byTable,
            ["wal_records_per_second"] = PerSecond(logAfter.Records - logBefore.Records),
            ["wal_bytes_per_second"] = PerSecond(logAfter.Bytes - logBefore.Bytes),
        };
    }

    private async Task FillAsync(ScratchDatabase database)
    {
        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("bench", new TenantSettings("Bench", "EUR", null, null, null), default)
            ?? throw new InvalidOperationException("The tenant was not made.");
        await using var made = database.Source.CreateCommand("""
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name, enabled)
            select $1, 'act_' || number, 'Account ' || number, 'EUR', 'Europe/Prague', true from generate_series(1, $2) as number
            """);
        made.Parameters.Add(new() { Value = tenant.Id.Value });
        made.Parameters.Add(new() { Value = accounts });
        await made.ExecuteNonQueryAsync();
        // As their grains left them after a sync: the settings of now are applied, and the next run is a while away.
        await using var due = database.Source.CreateCommand("""
            insert into account_schedule (tenant_id, ad_account_id, next_due_at, due_offset, health, health_owner, health_reason, health_since, updated_at, sweep, applied_settings)
            select $1, 'act_' || given.number, $4, given.fraction, 'active', 'us', 'It is up to date.', $5, $5, given.fraction / (1 << 24), v.version
            from unnest($2::integer[], $3::integer[]) as given (number, fraction)
            join account_settings_versions v on v.tenant_id = $1 and v.ad_account_id = 'act_' || given.number
            on conflict (tenant_id, ad_account_id) do update
            set next_due_at = excluded.next_due_at, due_offset = excluded.due_offset, health = excluded.health, sweep = excluded.sweep, applied_settings = excluded.applied_settings
            """);
        var now = TimeProvider.System.GetUtcNow();
        var numbers = Enumerable.Range(1, accounts).ToArray();
        due.Parameters.Add(new() { Value = tenant.Id.Value });
        due.Parameters.Add(new() { Value = numbers });
        due.Parameters.Add(new() { Value = numbers.Select(number => AccountOffset.Of(new AdAccountKey(tenant.Id, AdAccountId.Parse($"act_{number}"))).Fraction).ToArray() });
        due.Parameters.Add(new() { Value = now.AddHours(6).UtcDateTime });
        due.Parameters.Add(new() { Value = now.UtcDateTime });
        await due.ExecuteNonQueryAsync();
        await new Server(database.Source).ExecuteAsync("analyze ad_accounts, account_schedule");
        await new Server(database.Source).ExecuteAsync("checkpoint");
    }

    private static async Task<Dictionary<string, long>> RowsAsync(ScratchDatabase database)
    {
        await using var command = database.Source.CreateCommand(
            "select schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0), reader.GetInt64(1));
        return rows;
    }

    // Only a transaction that writes has a number. All three are of the whole server, so nobody else may use it meanwhile.
    private static async Task<(long Transactions, long Records, long Bytes)> LogAsync(ScratchDatabase database)
    {
        await using var command = database.Source.CreateCommand("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint, wal_records, wal_bytes::bigint from pg_stat_wal");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static double PerSecond(long count) => Math.Round(count / Window.TotalSeconds, 2);
}
