using System.Globalization;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>Who calls, and what the caller may see.</summary>
/// <param name="IsApp">The app's own token: it manages the app and sees no ads.</param>
internal sealed record Session(SimulatedToken Token, bool IsApp)
{
    private readonly HashSet<string>? _accounts = Token.Accounts is null ? null : [.. Token.Accounts.Select(AccountIdText.Bare)];

    /// <summary>The bare numbers that it sees, in the order given; null for all accounts.</summary>
    public IReadOnlyList<long>? Accounts => Token.Accounts is null ? null : [.. Token.Accounts.Select(AccountIdText.Number)];

    public bool Sees(long account) => _accounts is null || _accounts.Contains(account.ToString(CultureInfo.InvariantCulture));

    public bool Has(string scope) => Token.Scopes.Contains(scope, StringComparer.Ordinal);

    /// <summary>Refuses reads of ads without a permission for them, and accounts of others.</summary>
    public void CheckAds(long account, bool write)
    {
        if (write ? !Has("ads_management") : !Has("ads_read") && !Has("ads_management"))
            throw Missing(write ? "ads_management" : "ads_management or ads_read", "Ad account owner has NOT grant {0} permission");
        if (!Sees(account))
            throw Missing("ads_management or ads_read", "Ad account owner has NOT grant {0} permission");
    }

    public void CheckBusiness()
    {
        if (!Has("business_management"))
            throw Missing("business_management", "Requires {0} permission to manage the object");
    }

    private GraphException Missing(string scope, string words) => Token.MissingScope == MissingScopeAnswer.MissingPermissions
        ? GraphErrors.Plain(100, "Missing permissions")
        : new GraphException(new GraphError(200, $"(#200) {string.Format(CultureInfo.InvariantCulture, words, scope)}") { Status = 403 });
}
