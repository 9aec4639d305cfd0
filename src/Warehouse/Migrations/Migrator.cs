using MetaGrains.Core.Time;
using Npgsql;

namespace MetaGrains.Warehouse.Migrations;

/// <summary>What <see cref="Migrator"/> found or did.</summary>
/// <param name="Applied">Steps that were there before.</param>
/// <param name="Pending">Steps that were missing: applied by <see cref="Migrator.MigrateAsync"/>, only listed by <see cref="Migrator.PlanAsync"/>.</param>
/// <param name="Engine">Scripts of the grain engines that were missing, or are other than the database has.</param>
/// <param name="PartitionsMade">Monthly tables made ahead of time.</param>
public sealed record MigrationPlan(IReadOnlyList<Migration> Applied, IReadOnlyList<Migration> Pending, IReadOnlyList<EngineScript> Engine, int PartitionsMade)
{
    /// <summary>Names of all that was missing.</summary>
    public IReadOnlyList<string> Missing => [.. Pending.Select(step => step.Name), .. Engine.Select(script => script.Name)];

    /// <summary><c>extended</c> when nothing is pending, else <c>outdated</c>; a database without any step is <c>empty</c>.</summary>
    public string SchemaMode => Missing.Count == 0 ? "extended" : Applied.Count == 0 ? "empty" : "outdated";

    /// <summary>What is missing and the command that mends it, in one line; null when nothing is.</summary>
    public string? Refusal =>
        Missing.Count == 0 ? null
        : $"The database's schema is {SchemaMode}: {Missing.Count} migrations are missing ({Names()}). Run ./metagrains migrate.";

    private string Names() =>
        Missing.Count <= MostNames ? string.Join(", ", Missing) : $"{Missing[0]} to {Missing[^1]}";

    private const int MostNames = 3;
}

/// <summary>
/// Brings a database to this program's schema: forward only, all missing steps in one transaction, under an advisory
/// lock that the transaction holds, so that any number of processes may start at once, also behind a pooler.
/// </summary>
public sealed class Migrator(NpgsqlDataSource database, TimeProvider clock)
{
    private const int OldestServer = 14;
    private const long AdvisoryLock = 0x4D475241494E53; // "MGRAINS"
    private const int MonthsAhead = 2;

    /// <summary>Minutes between runs of the default tier (<c>medium</c>), written with the very first migration; null for the tier's own. Later it is a setting like any other.</summary>
    public int? DefaultTierMinutes { get; init; }

    /// <summary>Applies what is missing and makes the monthly tables that Meta's history and the near future need.</summary>
    /// <exception cref="MigrationException">The server is too old, or the database is newer or other than this program.</exception>
    public async Task<MigrationPlan> MigrateAsync(CancellationToken cancellationToken)
    {
        var plan = await ApplyAsync(cancellationToken);
        return plan with { PartitionsMade = await EnsurePartitionsAsync(cancellationToken) };
    }

    /// <summary>Applies what is missing, without monthly tables: publishing makes those it needs.</summary>
    public async Task<MigrationPlan> ApplyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        RequireServer(connection);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "select pg_advisory_xact_lock($1)", cancellationToken, AdvisoryLock);
        await ExecuteAsync(connection, """
            create table if not exists schema_migrations (
              version integer primary key,
              name text not null,
              checksum text not null,
              applied_at timestamptz not null
            )
            """, cancellationToken);
        var plan = Compare(await AppliedAsync(connection, cancellationToken), await EngineScripts.PendingAsync(connection, cancellationToken));
        foreach (var step in plan.Pending)
        {
            await ExecuteAsync(connection, step.Sql, cancellationToken);
            await ExecuteAsync(
                connection, "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)",
                cancellationToken, step.Version, step.Name, step.Checksum, clock.GetUtcNow().UtcDateTime);
        }

        if (plan.Applied.Count == 0 && DefaultTierMinutes is { } minutes)
            await ExecuteAsync(connection, "update meta_sync_config set interval_minutes = $1 where tier = 'medium'", cancellationToken, minutes);
        await EngineScripts.ApplyAsync(connection, plan.Engine, clock.GetUtcNow().UtcDateTime, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return plan;
    }

    /// <summary>Says what <see cref="MigrateAsync"/> would do; changes nothing.</summary>
    /// <exception cref="MigrationException">As <see cref="MigrateAsync"/>.</exception>
    public async Task<MigrationPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        RequireServer(connection);
        await using var exists = new NpgsqlCommand("select to_regclass('public.schema_migrations') is not null", connection);
        var applied = (bool)(await exists.ExecuteScalarAsync(cancellationToken))!
            ? await AppliedAsync(connection, cancellationToken)
            : [];
        return Compare(applied, await EngineScripts.PendingAsync(connection, cancellationToken));
    }

    private static MigrationPlan Compare(IReadOnlyDictionary<int, string> applied, IReadOnlyList<EngineScript> engine)
    {
        var known = Migration.All;
        if (applied.Count > 0 && applied.Keys.Max() > known.Count)
            throw new MigrationException($"The database is at schema {applied.Keys.Max()}, this program at {known.Count}: start the newer program.");
        foreach (var step in known)
        {
            if (applied.TryGetValue(step.Version, out var checksum) && checksum != step.Checksum)
                throw new MigrationException($"Migration {step.Name} was applied with other content than this program has: the database belongs to a different build.");
        }

        return new MigrationPlan(
            [.. known.Where(step => applied.ContainsKey(step.Version))],
            [.. known.Where(step => !applied.ContainsKey(step.Version))],
            engine,
            PartitionsMade: 0);
    }

    private static void RequireServer(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw new MigrationException($"PostgreSQL {connection.PostgreSqlVersion.Major} is too old: MetaGrains needs {OldestServer} or newer.");
    }

    private static async Task<Dictionary<int, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select version, checksum from schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        return applied;
    }

    private async Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await using var command = database.CreateCommand("select ensure_insight_partitions($1, $2)");
        command.Parameters.Add(new() { Value = today.AddMonths(-AccountCalendar.HistoryMonths) });
        command.Parameters.Add(new() { Value = today.AddMonths(MonthsAhead) });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
