using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>A silo, as the tables of its engine tell.</summary>
/// <param name="Engine">Orleans or Portable.</param>
/// <param name="Silo">Where other silos reach it, and its generation: <c>10.0.0.5:11111@530812345</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Gateway">Where clients reach it; null when it has no gateway.</param>
/// <param name="Release">Version of the program; null where the engine does not tell.</param>
/// <param name="Status"><c>joining</c>, <c>active</c>, <c>draining</c> or <c>dead</c>.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="HeartbeatAt">Its last sign of life, by the server's clock.</param>
/// <param name="Partitions">Partitions of grains that it owns; null where the engine has none.</param>
/// <param name="Activations">Grains in its memory; null where the engine does not tell.</param>
/// <param name="Reminders">Reminders that it ticks; null where the engine does not tell.</param>
/// <param name="ReminderLag">How late its oldest reminder is; null where the engine does not tell.</param>
/// <param name="DrainAskedAt">When it was asked to leave; null when it was not.</param>
public sealed record SiloRecord(
    string Engine, string Silo, string Name, string Host, string? Gateway, string? Release, string Status, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt,
    int? Partitions, int? Activations, int? Reminders, TimeSpan? ReminderLag, DateTimeOffset? DrainAskedAt);

/// <summary>The silos of a service, and what operators ask of them.</summary>
public sealed class ClusterDirectory(NpgsqlDataSource database)
{
    /// <summary>Those that live or died within the hour, the oldest first.</summary>
    public async Task<IReadOnlyList<SiloRecord>> SilosAsync(string service, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select engine, silo, name, host, gateway, release, status, started_at, heartbeat_at, partitions, activations, reminders, reminder_lag, drain_asked_at
            from engine.cluster_overview($1) order by started_at, silo
            """);
        command.Parameters.Add(new() { Value = service });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var silos = new List<SiloRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            silos.Add(new SiloRecord(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.Line(4), reader.Line(5),
                reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8), reader.Value<int>(9), reader.Value<int>(10),
                reader.Value<int>(11), reader.Value<TimeSpan>(12), reader.Value<DateTimeOffset>(13)));
        }

        return silos;
    }

    /// <summary>Asks a silo to give its grains away and to end; again changes nothing.</summary>
    /// <param name="service">The service it belongs to.</param>
    /// <param name="silo">Its address with or without generation, or its name.</param>
    /// <returns>Its address with generation; null when no such silo lives.</returns>
    public async Task<string?> DrainAsync(string service, string silo, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select engine.drain($1, $2)");
        command.Parameters.Add(new() { Value = service });
        command.Parameters.Add(new() { Value = silo });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Whether a silo was asked to leave.</summary>
    /// <param name="service">The service it belongs to.</param>
    /// <param name="silo">Its address with generation.</param>
    public async Task<bool> IsToDrainAsync(string service, string silo, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from engine.drains where service_id = $1 and silo = $2)");
        command.Parameters.Add(new() { Value = service });
        command.Parameters.Add(new() { Value = silo });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
