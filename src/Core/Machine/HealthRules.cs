using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>How an account is, derived from its state: the first thing that keeps it from working wins.</summary>
internal static class HealthRules
{
    public static HealthState Of(AccountState state, DateTimeOffset now)
    {
        var (health, owner, since, nextTry, reason) = Derive(state, now);
        var begun = since ?? (state.Health.Health == health ? state.Health.Since : now);
        return new HealthState(health, owner, begun, nextTry, reason);
    }

    private static (AccountHealth Health, HealthOwner Owner, DateTimeOffset? Since, DateTimeOffset? NextTry, string Reason) Derive(
        AccountState state, DateTimeOffset now)
    {
        var settings = state.Settings;
        if (!settings.TenantEnabled)
            return (AccountHealth.Paused, HealthOwner.Customer, null, null, "The tenant is paused; resume it to sync.");
        if (!settings.Enabled)
            return (AccountHealth.Paused, HealthOwner.Customer, null, null, "The account is paused; resume it to sync.");
        if (!settings.SchedulerEnabled)
            return (AccountHealth.Paused, HealthOwner.Us, null, null, "Everything is paused by the operator.");
        if (!settings.JobsEnabled)
            return (AccountHealth.Paused, HealthOwner.Us, null, null, "Meta jobs are switched off by META_JOBS_ENABLED.");
        if (settings.CurrencyRefusal is { } refusal)
            return (AccountHealth.CurrencyMismatch, HealthOwner.Customer, null, null, refusal);
        if (settings.Connection is null)
            return (AccountHealth.NotConnected, HealthOwner.Customer, null, null, "No connection to Meta reaches this account; connect one.");
        if (state.Parked is { } parked)
            return (parked.Health, OwnerOf(parked.Health), parked.Since, parked.NextTry, parked.Reason);

        var backoff = state.Backoff;
        var block = backoff.Blocks.Where(block => block.Until > now).MaxBy(block => block.Until);
        if (block is not null)
        {
            return (AccountHealth.Throttled, HealthOwner.Meta, null, block.Until,
                $"Meta's limit {block.Scope?.ToString() ?? "of this account"} was reached; no call is made until {Moment.Text(block.Until)}.");
        }

        if (backoff.ConsecutiveErrors >= SyncMachine.FailingAfter)
        {
            var owner = backoff.Last?.Kind == FailureKind.Transient ? HealthOwner.Meta : HealthOwner.Us;
            return (AccountHealth.Failing, owner, null, backoff.RetryAt,
                $"{backoff.ConsecutiveErrors} runs in a row failed. {backoff.Last?.Message} {backoff.Last?.Advice}".Trim());
        }

        if (state.Jobs.FirstOrDefault(job => job.Errors >= SyncMachine.FailingAfter) is { } failing)
        {
            return (AccountHealth.Failing, HealthOwner.Us, null, failing.RetryAt,
                $"The job {failing.Job.WireName()} failed {failing.Errors} times in a row, others go on. {backoff.Last?.Message} {backoff.Last?.Advice}".Trim());
        }

        return (AccountHealth.Active, HealthOwner.Us, null, null, "It syncs.");
    }

    private static HealthOwner OwnerOf(AccountHealth health) =>
        health == AccountHealth.AccountDisabled ? HealthOwner.Meta : HealthOwner.Customer;
}
