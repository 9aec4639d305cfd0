namespace MetaGrains.Core.Machine;

/// <summary>How an account is.</summary>
public enum AccountHealth
{
    /// <summary>It syncs.</summary>
    Active,

    /// <summary>Meta has blocked a scope of its calls for a while.</summary>
    Throttled,

    /// <summary>Three or more runs failed in a row; it is tried again.</summary>
    Failing,

    /// <summary>Its token is dead.</summary>
    TokenDead,

    /// <summary>Meta wants a check of the person behind the token.</summary>
    Checkpointed,

    /// <summary>The token may not see it.</summary>
    PermissionLost,

    /// <summary>Meta has disabled it.</summary>
    AccountDisabled,

    /// <summary>It has no connection.</summary>
    NotConnected,

    /// <summary>A person has switched it off.</summary>
    Paused,

    /// <summary>It bills in another currency than its tenant reports in, and the tenant does not allow several.</summary>
    CurrencyMismatch,

    /// <summary>It has work that is due and waits for permits.</summary>
    WaitingForBudget,

    /// <summary>Meta refuses the breakdowns of a report; everything else is read.</summary>
    BreakdownNotEnabled,

    /// <summary>So many runs failed in a row that it is tried once a day only.</summary>
    Parked,

    /// <summary>The same new error has come over many accounts; it rests until a probe finds Meta well again.</summary>
    MetaIncident,
}

/// <summary>Who has to act.</summary>
public enum HealthOwner
{
    /// <summary>Nobody, or the operator of MetaGrains.</summary>
    Us,

    /// <summary>The customer.</summary>
    Customer,

    /// <summary>Meta.</summary>
    Meta,
}

/// <summary>The names that REST, SQL and the command line use for health.</summary>
public static class AccountHealths
{
    /// <summary>All states.</summary>
    public static IReadOnlyList<AccountHealth> All { get; } = Enum.GetValues<AccountHealth>();

    /// <summary>
    /// <c>active</c>, <c>throttled</c>, <c>failing</c>, <c>token_dead</c>, <c>checkpointed</c>, <c>permission_lost</c>, <c>account_disabled</c>,
    /// <c>not_connected</c>, <c>paused</c>, <c>currency_mismatch</c>, <c>waiting_for_budget</c>, <c>breakdown_not_enabled</c>, <c>parked</c> or
    /// <c>meta_incident</c>.
    /// </summary>
    public static string WireName(this AccountHealth health) => health switch
    {
        AccountHealth.Active => "active",
        AccountHealth.Throttled => "throttled",
        AccountHealth.Failing => "failing",
        AccountHealth.TokenDead => "token_dead",
        AccountHealth.Checkpointed => "checkpointed",
        AccountHealth.PermissionLost => "permission_lost",
        AccountHealth.AccountDisabled => "account_disabled",
        AccountHealth.NotConnected => "not_connected",
        AccountHealth.Paused => "paused",
        AccountHealth.CurrencyMismatch => "currency_mismatch",
        AccountHealth.WaitingForBudget => "waiting_for_budget",
        AccountHealth.BreakdownNotEnabled => "breakdown_not_enabled",
        AccountHealth.Parked => "parked",
        AccountHealth.MetaIncident => "meta_incident",
        _ => throw new ArgumentOutOfRangeException(nameof(health), health, "Unknown health."),
    };

    /// <summary><c>us</c>, <c>customer</c> or <c>meta</c>.</summary>
    public static string WireName(this HealthOwner owner) => owner switch
    {
        HealthOwner.Us => "us",
        HealthOwner.Customer => "customer",
        HealthOwner.Meta => "meta",
        _ => throw new ArgumentOutOfRangeException(nameof(owner), owner, "Unknown owner."),
    };

    /// <summary>Reads a wire name.</summary>
    public static bool TryParse(string? text, out AccountHealth health)
    {
        foreach (var candidate in All)
        {
            if (candidate.WireName() != text)
                continue;
            health = candidate;
            return true;
        }

        health = default;
        return false;
    }
}

/// <summary>How an account is, for a person.</summary>
/// <param name="Health">The state.</param>
/// <param name="Owner">Who has to act.</param>
/// <param name="Since">Since when.</param>
/// <param name="NextTry">When it is tried again by itself; null when only a person can help, or when nothing is wrong.</param>
/// <param name="Reason">A sentence for a person.</param>
public sealed record HealthState(AccountHealth Health, HealthOwner Owner, DateTimeOffset Since, DateTimeOffset? NextTry, string Reason);

/// <summary>An account that waits for a person, or for a late second try.</summary>
/// <param name="Health">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="NextTry">When one run is tried to see whether it is over; null: not before a person acts.</param>
/// <param name="Reason">A sentence for a person.</param>
public sealed record Parking(AccountHealth Health, DateTimeOffset Since, DateTimeOffset? NextTry, string Reason);
