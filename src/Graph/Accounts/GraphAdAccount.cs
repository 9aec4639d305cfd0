using MetaGrains.Core.Accounts;

namespace MetaGrains.Graph.Accounts;

/// <summary>An ad account as Meta describes it (Ad Account reference).</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Currency">ISO 4217 code of all its amounts.</param>
/// <param name="TimezoneName">IANA name of the zone that cuts its days.</param>
/// <param name="AccountStatus">1 active, 2 disabled, 3 unsettled, 7 to 9 under review or in grace, 100 and 101 closing and closed; an open set.</param>
/// <param name="DisableReason">0 none; other values say why Meta disabled it; null when not given.</param>
/// <param name="BusinessId">The business that owns it; null when the token may not see that.</param>
/// <param name="BusinessName">The business's name.</param>
public sealed record GraphAdAccount(
    AdAccountId Id,
    string Name,
    string Currency,
    string TimezoneName,
    int AccountStatus,
    int? DisableReason,
    string? BusinessId,
    string? BusinessName)
{
    /// <summary>Whether ads can run: <c>ACTIVE</c> or <c>IN_GRACE_PERIOD</c>. Insights are served for the others as well.</summary>
    public bool IsActive => AccountStatus is 1 or 9;
}
