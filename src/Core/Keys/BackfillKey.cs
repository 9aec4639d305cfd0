using MetaGrains.Core.Tenancy;

namespace MetaGrains.Core.Keys;

/// <summary>One backfill of a tenant. Key format: <c>backfill/{tenant uuid}/{uuid}</c>.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Backfill"><c>meta_backfill_jobs.id</c>.</param>
public readonly record struct BackfillKey(TenantId Tenant, Guid Backfill)
{
    private const string Word = "backfill/";
    private const int UuidLength = 36;

    /// <summary>Reads the text that <see cref="ToString"/> makes, and no other spelling of it: two texts would be two grains.</summary>
    public static bool TryParse(string? text, out BackfillKey key)
    {
        key = default;
        if (text is null || text.Length != Word.Length + UuidLength + 1 + UuidLength
            || !KeyText.TryUuid(text[..(Word.Length + UuidLength)], Word, out var tenant)
            || !Guid.TryParseExact(text.AsSpan(Word.Length + UuidLength + 1), "D", out var backfill))
        {
            return false;
        }

        var read = new BackfillKey(new TenantId(tenant), backfill);
        if (read.ToString() != text)
            return false;
        key = read;
        return true;
    }

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static BackfillKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw KeyText.Refused(text, "backfill/ followed by two lower-case UUIDs");

    /// <summary>The grain key.</summary>
    public override string ToString() => $"{Word}{Tenant}/{Backfill}";
}
