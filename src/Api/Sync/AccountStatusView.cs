using MetaGrains.Api.Accounts;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Sync;

/// <summary>An ad account, its last run, and what it does now.</summary>
/// <param name="Id">Meta's node id.</param>
/// <param name="Name">Its name at Meta.</param>
/// <param name="Currency">ISO 4217 code of its money.</param>
/// <param name="Timezone">IANA zone; its days begin at midnight there.</param>
/// <param name="AccountStatus">Meta's code: 1 active, 2 disabled, 3 unsettled …</param>
/// <param name="ConnectionId">The connection that reaches it; null when none does.</param>
/// <param name="Enabled">Whether it is synced.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="AutoTier">Whether it moves from tier to tier by itself.</param>
/// <param name="AutoTierReason">Why it is in its tier; null where a person chose it, or nothing was decided yet.</param>
/// <param name="Health">How it is.</param>
/// <param name="NextDueAt">When it is due next; null before its first run.</param>
/// <param name="BackoffUntil">Until when Meta blocks its calls; null when it does not.</param>
/// <param name="RetryAt">When a failed run is tried again; null when none is.</param>
/// <param name="ConsecutiveErrors">Runs in a row that failed.</param>
/// <param name="LastError">Why the last one failed.</param>
/// <param name="LastRun">The newest run; null before the first.</param>
/// <param name="Live">What it does now; null when no silo says so at once.</param>
public sealed record AccountStatusView(
    string Id, string Name, string Currency, string Timezone, int? AccountStatus, Guid? ConnectionId, bool Enabled, string Tier, bool AutoTier, string? AutoTierReason,
    AccountHealthView Health, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt, int ConsecutiveErrors, string? LastError, Run? LastRun, LiveStatus? Live)
{
    internal static AccountStatusView Of(AccountRecord row, RunRecord? lastRun, AccountStatus? live)
    {
        var account = Account.Of(row);
        return new AccountStatusView(
            account.Id, account.Name, account.Currency, account.Timezone, account.AccountStatus, account.ConnectionId, account.Enabled, account.Tier,
            account.AutoTier, account.AutoTierReason, account.Health, account.NextDueAt, account.BackoffUntil, account.RetryAt, account.ConsecutiveErrors, account.LastError,
            lastRun is null ? null : Run.Of(lastRun),
            live is null ? null : new LiveStatus(live.RunningJob, live.RunId, live.Waiting));
    }
}

/// <summary>What an account does now, as its grain says.</summary>
/// <param name="RunningJob">The job that runs; null when none does.</param>
/// <param name="RunId">The run's id; null when none runs, or it has none yet.</param>
/// <param name="Waiting">Runs that were asked for and wait.</param>
public sealed record LiveStatus(string? RunningJob, long? RunId, int Waiting);
