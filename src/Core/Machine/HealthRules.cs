using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Machine;

/// <summary>How an account is, derived from its state: the first thing that keeps it from working wins.</summary>
internal static class HealthRules
{
    private static readonly Ailment Well = new(AccountHealth.Active, HealthOwner.Us, null, "It syncs.");

    /// <param name="Since">Since when; null: since it was first seen.</param>
    private sealed record Ailment(AccountHealth Health, HealthOwner Owner, DateTimeOffset? NextTry, string Reason, DateTimeOffset? Since = null);

    public static HealthState Of(AccountState state, DateTimeOffset now)
    {
        var found = SwitchedOff(state) ?? NeedsPerson(state) ?? Suffers(state, now) ?? Blocked(state, now) ?? FailsAgain(state) ?? Waits(state, now)
            ?? JobFails(state) ?? LacksReport(state) ?? Well;
        var since = found.Since ?? (state.Health.Health == found.Health ? state.Health.Since : now);
        return new HealthState(found.Health, found.Owner, since, found.NextTry, found.Reason);
    }

    private static Ailment? SwitchedOff(AccountState state)
    {
        var settings = state.Settings;
        if (!settings.TenantEnabled)
            return new(AccountHealth.Paused, HealthOwner.Customer, null, "The tenant is paused; resume it to sync.");
        if (!settings.Enabled)
            return new(AccountHealth.Paused, HealthOwner.Customer, null, "The account is paused; resume it to sync.");
        if (!settings.SchedulerEnabled)
            return new(AccountHealth.Paused, HealthOwner.Us, null, SyncMachine.PausedByOperator);
        if (!settings.JobsEnabled)
            return new(AccountHealth.Paused, HealthOwner.Us, null, "Meta jobs are switched off by META_JOBS_ENABLED.");
        if (settings.CurrencyRefusal is { } refusal)
            return new(AccountHealth.CurrencyMismatch, HealthOwner.Customer, null, refusal);
        return settings.Connection is null
            ? new(AccountHealth.NotConnected, HealthOwner.Customer, null, "No connection to Meta reaches this account; connect one.")
            : null;
    }

    private static Ailment? NeedsPerson(AccountState state)
    {
        if (state.Parked is not { } parked)
            return null;
        // A try that failed for another reason waits for that one's rest, too.
        var next = parked.NextTry < state.Backoff.RetryAt ? state.Backoff.RetryAt : parked.NextTry;
        return new(parked.Health, OwnerOf(parked.Health), next, parked.Reason, parked.Since);
    }

    private static Ailment? Suffers(AccountState state, DateTimeOffset now) =>
        IncidentRest.Of(state) is not { } incident ? null : new(AccountHealth.MetaIncident, HealthOwner.Meta, IncidentRest.NextLook(incident, now),
            $"Meta has an incident since {Moment.Text(incident.OpenedAt)}: {incident.Signature} on many accounts. {state.Backoff.Last?.Message}".TrimEnd()
            + " No call is made meanwhile; one account at a time tries whether it is over, and then all go on by themselves. Nobody has to act.");

    private static Ailment? Blocked(AccountState state, DateTimeOffset now)
    {
        var block = state.Backoff.Blocks.Where(block => block.Until > now).MaxBy(block => block.Until);
        return block is null ? null : new(AccountHealth.Throttled, HealthOwner.Meta, block.Until,
            $"Meta's limit {block.Scope?.ToString() ?? "of this account"} was reached; no call is made until {Moment.Text(block.Until)}."
            + " It goes on by itself; a lower tier makes fewer calls.");
    }

    private static Ailment? FailsAgain(AccountState state)
    {
        var backoff = state.Backoff;
        if (backoff.ConsecutiveErrors < SyncMachine.FailingAfter)
            return null;
        var (next, said) = (NextTry(state, backoff.RetryAt), $"{backoff.Last?.Message} {backoff.Last?.Advice}".Trim());
        // Where nothing is due by itself, only a person can have it tried.
        var owner = next is null ? HealthOwner.Customer : backoff.Last?.Kind == FailureKind.Transient ? HealthOwner.Meta : HealthOwner.Us;
        return backoff.IsParked
            ? new(AccountHealth.Parked, owner, next,
                $"{backoff.ConsecutiveErrors} runs in a row failed, so it is tried once {(backoff.Last?.Kind == FailureKind.Transient ? "an hour" : "a day")} only. {said}"
                + " Once the cause is mended, ask for a run, or pause and resume the account: that is tried at once.")
            : new(AccountHealth.Failing, owner, next, $"{backoff.ConsecutiveErrors} runs in a row failed. {said}".TrimEnd());
    }

    private static Ailment? Waits(AccountState state, DateTimeOffset now)
    {
        if (state.Ask is { } ask && now - ask.Since >= SyncMachine.BudgetPatience)
        {
            var theirs = ask.Wait?.Reason is WaitReason.ScopeBlocked or WaitReason.CoolDown;
            return new(AccountHealth.WaitingForBudget, theirs ? HealthOwner.Meta : HealthOwner.Us, ask.Wait?.Until ?? ask.AskedAt + SyncMachine.AskTimeout,
                $"Work that was due at {Moment.Text(ask.Request.DueAt)} waits for permits: {Why(ask.Wait)}."
                + " It goes on by itself; if it lasts, give the tenant more calls per hour or move accounts to a lower tier.",
                // Who waited for the same end in another way has waited since then.
                state.Health.Health == AccountHealth.WaitingForBudget ? null : ask.Since);
        }

        return state is { Run: null, HighOnlyUntil: { } until } && until > now && state.NextDueAt + SyncMachine.BudgetPatience <= now
            ? new(AccountHealth.WaitingForBudget, HealthOwner.Meta, until,
                $"Work that was due at {Moment.Text(state.NextDueAt!.Value)} waits: Meta blocks another limit of the tenant, which serves HIGH only until {Moment.Text(until)}."
                + " It goes on by itself; move the account to tier high if it cannot wait.")
            : null;
    }

    private static Ailment? JobFails(AccountState state) =>
        state.Jobs.FirstOrDefault(job => job.Errors >= SyncMachine.FailingAfter) is not { } failing ? null : new(
            AccountHealth.Failing, HealthOwner.Us, failing.RetryAt ?? failing.NextDue ?? state.NextDueAt ?? state.Health.Since,
            $"The job {failing.Job.WireName()} failed {failing.Errors} times in a row, others go on. {state.Backoff.Last?.Message} {state.Backoff.Last?.Advice}".Trim());

    private static Ailment? LacksReport(AccountState state)
    {
        var refused = state.Refused.Where(refusal => refusal.IsBreakdown).ToArray();
        return refused is not [var first, ..] ? null : new(AccountHealth.BreakdownNotEnabled, HealthOwner.Customer, refused.Min(refusal => refusal.Until),
            $"Meta does not give this account the breakdowns of {string.Join(", ", refused.Select(refusal => refusal.Report))}; everything else is read. {first.Reason}"
            + " Have them enabled at Meta, or switch the report off; any change of its settings tries it at once.");
    }

    /// <summary>What the budget waits for, for a person.</summary>
    public static string Why(BudgetAnswer.Wait? wait) => wait?.Reason switch
    {
        null => "the budget has not answered yet",
        WaitReason.LimitReached => $"the limit {wait.Scope} is used up, or kept for higher priorities",
        WaitReason.ScopeBlocked => $"Meta blocks {wait.Scope}",
        WaitReason.CoolDown => $"Meta blocks {wait.Scope}, and meanwhile only HIGH is served",
        WaitReason.Queue => "others are before it",
        WaitReason.SlowStart => "many accounts are due at once, and its silo begins them one after the other",
        _ => throw new ArgumentOutOfRangeException(nameof(wait), wait.Reason, "Unknown reason."),
    };

    // A run is tried when there is something to run and the rest after the last failure is over.
    private static DateTimeOffset? NextTry(AccountState state, DateTimeOffset? retryAt)
    {
        var work = state.Requests.Select(request => (DateTimeOffset?)request.AskedAt).Append(state.Run?.DueAt).Append(state.NextDueAt).Min();
        return work is null || work > retryAt ? work : retryAt ?? work;
    }

    private static HealthOwner OwnerOf(AccountHealth health) =>
        health == AccountHealth.AccountDisabled ? HealthOwner.Meta : HealthOwner.Customer;
}
