using MetaGrains.Core.Accounts;
using Npgsql;
using Quartz;

namespace MetaGrains.Bench.Wake;

/// <summary>What a job of Quartz.NET does in a grain's place: one statement that advances the account's due time.</summary>
internal sealed class WakeJob : IJob
{
    private const string Advance = "update account_schedule set next_due_at = $1, updated_at = $2 where tenant_id = $3 and ad_account_id = $4";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var services = context.Scheduler.Context;
        var plan = (WakePlan)services[nameof(WakePlan)]!;
        var began = TimeProvider.System.GetUtcNow();
        var due = context.ScheduledFireTimeUtc ?? throw new InvalidOperationException("A trigger fires at its time.");
        var account = AdAccountId.Parse(context.Trigger.Key.Name);
        await using var command = ((NpgsqlDataSource)services[nameof(NpgsqlDataSource)]!).CreateCommand(Advance);
        command.Parameters.Add(new() { Value = (due + plan.Interval).UtcDateTime });
        command.Parameters.Add(new() { Value = began.UtcDateTime });
        command.Parameters.Add(new() { Value = plan.Tenant.Value });
        command.Parameters.Add(new() { Value = account.ToString() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        ((WakeTally)services[nameof(WakeTally)]!).Count((int)account.Number, due, began, TimeProvider.System.GetUtcNow());
    }
}
