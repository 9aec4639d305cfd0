using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Npgsql;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// A service's grains run in one cluster on one engine. Before a silo joins, it makes sure that none of the other engine
/// and none of another cluster lives, and waits for those to leave.
/// </summary>
internal sealed class ClusterClaim(NpgsqlDataSource source, SiloDetails silo, ClusterMembershipOptions membership, TimeProvider time, EngineLog log)
{
    private const string Engine = "Portable";
    private static readonly TimeSpan JoinPause = TimeSpan.FromMilliseconds(250);

    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await WaitForOthersAsync(cancellationToken);
        var engine = await ScalarAsync("select engine from engine.cluster where service_id = $1", cancellationToken, silo.ServiceId) as string;
        if (engine is not null && engine != Engine && await OrleansLivesAsync(cancellationToken))
            throw new OrleansConfigurationException($"Service '{silo.ServiceId}' runs on the engine {engine}, and a silo of it is alive. Stop that cluster first.");
        await ScalarAsync("""
            insert into engine.cluster as row (service_id, engine, changed_at) values ($1, $2, clock_timestamp())
            on conflict (service_id) do update set engine = excluded.engine, changed_at = excluded.changed_at where row.engine <> excluded.engine
            """, cancellationToken, silo.ServiceId, Engine);
        await ScalarAsync(ClusterSql.MakePartitions, cancellationToken, silo.ServiceId, ReminderTimes.Partitions);
        if (await ScalarAsync("select count(*) from engine.partitions where service_id = $1", cancellationToken, silo.ServiceId) is long count && count != ReminderTimes.Partitions)
            throw new OrleansConfigurationException($"Service '{silo.ServiceId}' was made with {count} partitions; this engine has {ReminderTimes.Partitions}.");
    }

    private async Task WaitForOthersAsync(CancellationToken cancellationToken)
    {
        const string sql = "select name || ' of cluster ' || cluster_id from engine.silo_health where service_id = $1 and cluster_id <> $2 and status <> 6 and not is_gone limit 1";
        var deadline = time.Deadline(membership.MaxJoinAttemptTime);
        for (var told = false; await ScalarAsync(sql, cancellationToken, silo.ServiceId, silo.ClusterId) is string other; told = true)
        {
            if (time.GetTimestamp() > deadline)
                throw new OrleansConfigurationException($"Silo {other} still runs service '{silo.ServiceId}'; a service runs in one cluster at a time.");
            if (!told)
                log.WaitingForSilo(other, silo.ClusterId);
            await Task.Delay(JoinPause, time, cancellationToken);
        }
    }

    // An Orleans silo writes its own row, every 30 s by default; three missed ones and it is gone.
    private async Task<bool> OrleansLivesAsync(CancellationToken cancellationToken)
    {
        if (await ScalarAsync("select to_regclass('orleansmembershiptable') is not null", cancellationToken) is not true)
            return false;
        const string sql = "select exists (select from orleansmembershiptable where deploymentid = $1 and status = 3 and iamalivetime > clock_timestamp() - interval '15 s')";
        return await ScalarAsync(sql, cancellationToken, silo.ClusterId) is true;
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
