namespace MetaGrains.Engine.Membership;

/// <summary>The statements of the cluster's tables. $1 is the service, $2 the cluster, $3 the silo.</summary>
internal static class ClusterSql
{
    public const string Beat = """
        insert into engine.silos as row
          (service_id, cluster_id, silo, name, host, address, generation, gateway, release, status, period, activations, reminders, reminder_lag, grains, started_at, heartbeat_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp(), clock_timestamp())
        on conflict (service_id, cluster_id, silo) do update
          set gateway = excluded.gateway, status = excluded.status, period = excluded.period, activations = excluded.activations, reminders = excluded.reminders,
              reminder_lag = excluded.reminder_lag, grains = excluded.grains, heartbeat_at = clock_timestamp(),
              version = row.version + case when row.status <> excluded.status then 1 else 0 end
        """;

    public const string Judge = """
        update engine.silos set status = 6, version = silos.version + 1
        from engine.silo_health as gone
        where silos.service_id = $1 and (silos.cluster_id <> $2 or silos.silo <> $3) and silos.status <> 6
          and gone.service_id = $1 and gone.cluster_id = silos.cluster_id and gone.silo = silos.silo and gone.is_gone
        """;

    public const string Silos = """
        select silo, gateway, status, case when not lock_held and status <> 6 then 2 * period - silence end, grains::text, activations
        from engine.silo_health where service_id = $1 and cluster_id = $2 order by silo
        """;

    public const string Partitions = "select partition, owner, epoch from engine.partitions where service_id = $1";

    /// <summary>$4 and $5: partitions and the epochs they had when they looked free. Locked in order, against deadlocks.</summary>
    public const string Take = """
        with free as (
          select p.partition from engine.partitions p join unnest($4::integer[], $5::bigint[]) as seen (partition, epoch) using (partition, epoch)
          where p.service_id = $1 and (p.owner is null or p.owner = $3
            or not exists (select from engine.silos s where s.service_id = $1 and s.silo = p.owner and s.status <> 6))
          order by p.partition for update of p)
        update engine.partitions as row set owner = $3, epoch = row.epoch + 1, owned_since = clock_timestamp()
        from free where row.service_id = $1 and row.partition = free.partition
        returning row.partition, row.epoch
        """;

    public const string Free = """
        update engine.partitions as row set owner = null, owned_since = null
        from unnest($4::integer[], $5::bigint[]) as freed (partition, epoch)
        where row.service_id = $1 and row.owner = $3 and row.partition = freed.partition and row.epoch = freed.epoch
        """;

    /// <summary>Here $2 says how many there are to be.</summary>
    public const string MakePartitions = "insert into engine.partitions (service_id, partition) select $1, n from generate_series(0, $2 - 1) as n on conflict do nothing";
}
