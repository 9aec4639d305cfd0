using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Connections;

/// <summary>A connection of a tenant to Meta: one token, which is never shown.</summary>
/// <param name="Id">Names it in URLs.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Status">discovering, active, failed (it is tried again), expired, revoked or disabled.</param>
/// <param name="Accounts">Ad accounts that it reaches.</param>
/// <param name="Error">Why its accounts could not be listed last; null when they could.</param>
/// <param name="ErrorCode">Meta's code of it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="DiscoveryRequestedAt">When its accounts were last asked for.</param>
/// <param name="DiscoveredAt">When they were last listed to the end.</param>
public sealed record Connection(
    Guid Id, string Name, string Status, long Accounts, string? Error, int? ErrorCode,
    DateTimeOffset CreatedAt, DateTimeOffset? DiscoveryRequestedAt, DateTimeOffset? DiscoveredAt)
{
    internal static Connection Of(ConnectionRecord row) => new(
        row.Id, row.Name, row.Status, row.Accounts, row.Error, row.ErrorCode, row.CreatedAt, row.DiscoveryRequestedAt, row.DiscoveredAt);
}

/// <summary>A connection to be made, or whose token is replaced.</summary>
public sealed record NewConnection : IChecked
{
    internal const string DefaultName = "main";
    internal const string DefaultTier = "medium";

    private const int LongestToken = 4096;
    private const int LongestName = 100;

    /// <summary>A Meta access token. It is sealed at once and never shown again.</summary>
    public required string AccessToken { get; init; }

    /// <summary>What its owner calls it; main when it is left out. The same name again replaces the token.</summary>
    public string? Name { get; init; }

    /// <summary>True: accounts that it shows for the first time are synced. False when it is left out.</summary>
    public bool? Enable { get; init; }

    /// <summary>The tier of accounts that it enables; medium when it is left out.</summary>
    public string? Tier { get; init; }

    /// <summary>Never the token.</summary>
    public override string ToString() => $"{nameof(NewConnection)} {{ Name = {Name} }}";

    void IChecked.Check(Faults faults)
    {
        if (AccessToken.Length is 0 or > LongestToken || AccessToken.Any(letter => letter is <= ' ' or > '~'))
            faults.Add("access_token", "access_token is no token.", "Send one word of printable characters, as Meta gave it.");
        faults.Text("name", Name, LongestName);
        faults.Text("tier", Tier, LongestName);
    }
}
