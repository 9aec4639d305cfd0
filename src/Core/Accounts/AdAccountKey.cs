using MetaGrains.Core.Tenancy;

namespace MetaGrains.Core.Accounts;

/// <summary>
/// One tenant's view of one ad account: the identity of everything that is stored and scheduled.
/// Key format: <c>acct/{tenant}/act_{number}</c>.
/// </summary>
/// <remarks>
/// The text starts with a word that is no number in any base: Orleans' ADO.NET grain storage keys strings that
/// parse as integers or GUIDs by their value, so <c>020235</c> and <c>20235</c> would share a row (orleans#9737).
/// </remarks>
public readonly record struct AdAccountKey(TenantId Tenant, AdAccountId Account)
{
    private const string Word = "acct/";

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out AdAccountKey key)
    {
        key = default;
        if (text is null || !text.StartsWith(Word, StringComparison.Ordinal))
            return false;
        var slash = text.IndexOf('/', Word.Length);
        if (slash < 0
            || !TenantId.TryParse(text[Word.Length..slash], out var tenant)
            || !AdAccountId.TryParse(text[(slash + 1)..], out var account))
        {
            return false;
        }

        var read = new AdAccountKey(tenant, account);
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>The grain key.</summary>
    public override string ToString() => $"{Word}{Tenant}/{Account}";
}
