using System.Globalization;

namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// Ids that look like Meta's and can be read back without a table. An account number has 15 digits. An object id has
/// 18 digits, <c>120240</c>, a running part that grows with creation, and a suffix that all objects of one account
/// share, as Meta's do. Both hide the account's index behind an affine permutation that the seed moves.
/// </summary>
internal sealed class IdSpace(int seed)
{
    /// <summary>No more accounts than suffixes.</summary>
    public const int MaxAccounts = 10_000_000;

    /// <summary>No more objects of one kind in an account than running numbers.</summary>
    public const int MaxOrdinal = 24_999;

    // A creative is told from its ad by its leading digits.
    private const long CreativeOffset = 1_000_000_000_000_000;

    private const long AccountLead = 200_000_000_000_000;
    private const ulong AccountSpan = 100_000_000_000_000;
    private const long ObjectLead = 120_240_000_000_000_000;
    private const long ObjectSpan = 10_000_000_000_000;
    private const ulong SuffixSpan = 100_000_000;

    private readonly Permutation _accounts = new(AccountSpan, 61_803_398_874_989, (ulong)(uint)seed * 7_919);
    private readonly Permutation _suffixes = new(SuffixSpan, 61_803_399, (ulong)(uint)seed * 104_729);

    public long AccountNumber(int index) => AccountLead + (long)_accounts.Hide((ulong)index);

    public bool TryAccountIndex(long number, int accounts, out int index)
    {
        var offset = number - AccountLead;
        index = 0;
        if (offset < 0 || (ulong)offset >= AccountSpan)
            return false;
        var found = _accounts.Show((ulong)offset);
        if (found >= (ulong)accounts)
            return false;
        index = (int)found;
        return true;
    }

    public long ObjectId(int accountIndex, EntityKind kind, int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ordinal, MaxOrdinal);
        return ObjectLead + (((ordinal * 4L) + (int)kind) * (long)SuffixSpan) + (long)_suffixes.Hide((ulong)accountIndex);
    }

    public bool TryAccountOfObject(long id, int accounts, out int index)
    {
        var offset = id - ObjectLead;
        index = 0;
        if (offset is < 0 or >= ObjectSpan)
            return false;
        var found = _suffixes.Show((ulong)offset % SuffixSpan);
        if (found >= (ulong)accounts)
            return false;
        index = (int)found;
        return true;
    }

    /// <summary>The creative of an ad.</summary>
    public static long CreativeOf(long adId) => adId + CreativeOffset;

    /// <summary>The ad of a creative, if the id can be a creative's.</summary>
    public static bool TryAdOfCreative(long id, out long adId)
    {
        adId = id - CreativeOffset;
        return adId is >= ObjectLead and < ObjectLead + ObjectSpan;
    }

    /// <summary>Reads an id: digits only, no sign, no leading zero.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0 && text[0] != '0';

    /// <summary>x ↦ (x·factor + shift) mod span, one to one because the factor shares no divisor with the span.</summary>
    private sealed class Permutation(ulong span, ulong factor, ulong shift)
    {
        private readonly ulong _inverse = Inverse(factor % span, span);
        private readonly ulong _shift = shift % span;

        public ulong Hide(ulong x) => (ulong)(((UInt128)x * factor + _shift) % span);

        public ulong Show(ulong y) => (ulong)((UInt128)((y + span - _shift) % span) * _inverse % span);

        // Extended Euclid.
        private static ulong Inverse(ulong factor, ulong span)
        {
            (Int128 oldR, Int128 r) = (factor, span);
            (Int128 oldS, Int128 s) = (1, 0);
            while (r != 0)
            {
                var quotient = oldR / r;
                (oldR, r) = (r, oldR - (quotient * r));
                (oldS, s) = (s, oldS - (quotient * s));
            }

            return oldR == 1
                ? (ulong)(((oldS % span) + span) % span)
                : throw new InvalidOperationException("The factor of an id permutation shares a divisor with its span.");
        }
    }
}
