using MetaGrains.Core.Tenancy;

namespace MetaGrains.Core.Keys;

/// <summary>A tenant's rate limits and budget. Key format: <c>tenant/{uuid}</c>.</summary>
/// <param name="Tenant">The tenant.</param>
public readonly record struct TenantKey(TenantId Tenant)
{
    private const string Word = "tenant/";

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out TenantKey key)
    {
        key = default;
        if (!KeyText.TryUuid(text, Word, out var id))
            return false;
        var read = new TenantKey(new TenantId(id));
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static TenantKey Parse(string text) => TryParse(text, out var key) ? key : throw KeyText.Refused(text, "tenant/ followed by a lower-case UUID");

    /// <summary>The grain key.</summary>
    public override string ToString() => $"{Word}{Tenant}";
}
