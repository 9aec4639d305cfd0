using MetaGrains.Bench.Measure;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Bench.Wake;

/// <summary>A database with the accounts of a run and their rows in <c>account_schedule</c>, and what it has written.</summary>
internal sealed class WakeDatabase(ScratchDatabase database)
{
    public async Task<WakePlan> FillAsync(int accounts, TimeSpan interval)
    {
        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("bench", new TenantSettings("Bench", "EUR", null, null, null), default)
            ?? throw new InvalidOperationException("The tenant was not made.");
        var plan = new WakePlan(tenant.Id, accounts, interval);
        await using var made = database.Source.CreateCommand("""
            insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name)
            select $1, 'act_' || number, 'Account ' || number, 'EUR', 'Europe/Prague' from generate_series(1, $2) as number
            """);
        made.Parameters.Add(new() { Value = plan.Tenant.Value });
        made.Parameters.Add(new() { Value = accounts });
        await made.ExecuteNonQueryAsync();
        await using var due = database.Source.CreateCommand("""
            insert into account_schedule (tenant_id, ad_account_id, next_due_at, due_offset, health, health_owner, health_reason, health_since, updated_at, sweep)
            select $1, 'act_' || number, due, fraction, 'active', 'us', 'It wakes.', $5, $5, number % 64
            from unnest($2::integer[], $3::timestamptz[], $4::integer[]) as given (number, due, fraction)
            on conflict (tenant_id, ad_account_id) do update set next_due_at = excluded.next_due_at
            """);
        var now = TimeProvider.System.GetUtcNow();
        var numbers = Enumerable.Range(1, accounts).ToArray();
        due.Parameters.Add(new() { Value = plan.Tenant.Value });
        due.Parameters.Add(new() { Value = numbers });
        due.Parameters.Add(new() { Value = plan.FirstDue(now).Select(moment => moment.UtcDateTime).ToArray() });
        due.Parameters.Add(new() { Value = numbers.Select(number => AccountOffset.Of(plan.Key(number)).Fraction).ToArray() });
        due.Parameters.Add(new() { Value = now.UtcDateTime });
        await due.ExecuteNonQueryAsync();
        await new Server(database.Source).ExecuteAsync("analyze ad_accounts, account_schedule");
        await new Server(database.Source).ExecuteAsync("checkpoint");
        return plan;
    }

    public async Task<Written> WrittenAsync()
    {
        var wal = await new Server(database.Source).WalAsync();
        await using var command = database.Source.CreateCommand(
            "select xact_commit, tup_inserted + tup_updated + tup_deleted from pg_stat_database where datname = current_database()");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new Written(reader.GetInt64(0), reader.GetInt64(1), wal);
    }

    /// <param name="Commits">Transactions, also those that only read.</param>
    /// <param name="Rows">Rows written.</param>
    /// <param name="Wal">Bytes of the server's log.</param>
    internal sealed record Written(long Commits, long Rows, decimal Wal);
}
