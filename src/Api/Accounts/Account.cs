using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Accounts;

/// <summary>An ad account with its settings and its schedule.</summary>
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
public sealed record Account(
    string Id, string Name, string Currency, string Timezone, int? AccountStatus, Guid? ConnectionId, bool Enabled, string Tier, bool AutoTier, string? AutoTierReason,
    AccountHealthView Health, DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt, int ConsecutiveErrors, string? LastError)
{
    internal static Account Of(AccountRecord row) => new(
        row.Key.Account.ToString(), row.Name, row.Currency, row.TimezoneName, row.AccountStatus, row.Integration, row.Enabled, row.Tier, row.AutoTier, row.AutoTierReason,
        new AccountHealthView(row.Health, row.HealthReason, row.HealthOwner, row.HealthSince, row.HealthNextTry), row.NextDueAt, row.BackoffUntil, row.RetryAt, row.ConsecutiveErrors, row.LastError);
}

/// <summary>How an account is.</summary>
/// <param name="State">active, throttled, failing, token_dead, checkpointed, permission_lost, account_disabled, not_connected, paused, currency_mismatch, waiting_for_budget, breakdown_not_enabled, parked or meta_incident.</param>
/// <param name="Reason">A sentence for a person.</param>
/// <param name="Owner">Who has to act: us, customer or meta.</param>
/// <param name="Since">Since when; null before its grain has said so.</param>
/// <param name="NextTry">When it is tried again by itself; null when only a person can help, or nothing is wrong.</param>
public sealed record AccountHealthView(string State, string Reason, string Owner = "us", DateTimeOffset? Since = null, DateTimeOffset? NextTry = null);
