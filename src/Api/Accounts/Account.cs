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
/// <param name="Health">How it is.</param>
/// <param name="NextDueAt">When it is due next; null before its first run.</param>
/// <param name="BackoffUntil">Until when Meta blocks its calls; null when it does not.</param>
/// <param name="RetryAt">When a failed run is tried again; null when none is.</param>
/// <param name="ConsecutiveErrors">Runs in a row that failed.</param>
/// <param name="LastError">Why the last one failed.</param>
public sealed record Account(
    string Id, string Name, string Currency, string Timezone, int? AccountStatus, Guid? ConnectionId, bool Enabled, string Tier, AccountHealthView Health,
    DateTimeOffset? NextDueAt, DateTimeOffset? BackoffUntil, DateTimeOffset? RetryAt, int ConsecutiveErrors, string? LastError)
{
    internal static Account Of(AccountRecord row) => new(
        row.Key.Account.ToString(), row.Name, row.Currency, row.TimezoneName, row.AccountStatus, row.Integration, row.Enabled, row.Tier,
        new AccountHealthView(row.Health, row.HealthReason), row.NextDueAt, row.BackoffUntil, row.RetryAt, row.ConsecutiveErrors, row.LastError);
}

/// <summary>How an account is.</summary>
/// <param name="State">active, throttled, failing, token_dead, checkpointed, permission_lost, account_disabled, not_connected or paused.</param>
/// <param name="Reason">A sentence for a person.</param>
public sealed record AccountHealthView(string State, string Reason);
