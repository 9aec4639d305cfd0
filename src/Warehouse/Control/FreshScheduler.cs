using MetaGrains.Core.Machine;
using Npgsql;

namespace MetaGrains.Warehouse.Control;

/// <summary>What asking for fresh data of everything did.</summary>
/// <param name="Integrations">Connections whose accounts were asked for.</param>
/// <param name="Cooling">Connections that were asked for too recently.</param>
/// <param name="Runs">Runs that were made; an account that has one waiting gets no second one.</param>
public readonly record struct FreshAsk(int Integrations, int Cooling, int Runs);

/// <summary>
/// Asks for <c>fresh</c> runs of all accounts of all connections, at most once per cooldown and connection however often
/// and however much at once it is called. One statement; the silos find the runs in <c>sync_runs</c>.
/// </summary>
public sealed class FreshScheduler(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary><c>sync_runs.trigger</c> of its runs.</summary>
    public const string Trigger = SyncRequest.Cron;

    private const string Ask = """
        with known as (
          select i.id, coalesce(i.fresh_asked_at > @since, false) as cooling
          from integrations i
          join tenants t on t.id = i.tenant_id
          where i.status = 'active' and t.deleted_at is null and t.sync_enabled and (select w.enabled from scheduler_switch w)
        ), asked as (
          update integrations i set fresh_asked_at = @now
          from known k where k.id = i.id and not k.cooling and coalesce(i.fresh_asked_at <= @since, true)
          returning i.id
        ), made as (
          insert into sync_runs (tenant_id, ad_account_id, job, trigger, status, run_epoch, requested_at)
          select a.tenant_id, a.ad_account_id, 'fresh', @trigger, 'queued', 0, @now
          from ad_accounts a
          join asked on asked.id = a.integration_id
          where a.enabled and not exists (
            select from sync_runs r
            where r.tenant_id = a.tenant_id and r.ad_account_id = a.ad_account_id and r.job = 'fresh'
              and r.status = 'queued' and r.requested_at is not null and r.request is null)
          order by a.tenant_id, a.ad_account_id
          returning 1
        )
        select (select count(*) from asked)::int, (select count(*) from known)::int, (select count(*) from made)::int
        """;

    /// <summary>Asks.</summary>
    /// <param name="cooldown">Least time from one ask to the next, for each connection.</param>
    public async Task<FreshAsk> AskAsync(TimeSpan cooldown, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand(Ask);
        command.Parameters.AddWithValue("now", now.UtcDateTime);
        command.Parameters.AddWithValue("since", (now - cooldown).UtcDateTime);
        command.Parameters.AddWithValue("trigger", Trigger);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var asked = reader.GetInt32(0);
        return new FreshAsk(asked, reader.GetInt32(1) - asked, reader.GetInt32(2));
    }
}
