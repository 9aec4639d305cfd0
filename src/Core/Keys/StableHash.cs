using System.Text;

namespace MetaGrains.Core.Keys;

/// <summary>
/// A hash of text that is the same on every silo, in every release and on every platform, because what it places stays
/// placed. <see cref="string.GetHashCode()"/> differs per process.
/// </summary>
/// <remarks>FNV-1a over UTF-8, then the 64-bit finaliser of MurmurHash3: FNV alone leaves the high bits of short, similar keys close together.</remarks>
public static class StableHash
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>The hash of a text, 64 bits, each as good as any other.</summary>
    public static ulong Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = FnvOffset;
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ octet) * FnvPrime;
        return Finish(hash);
    }

    /// <summary>Which of <paramref name="count"/> equal parts a hash falls into, from 0.</summary>
    public static int Bucket(ulong hash, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(hash, (ulong)count, out _);
    }

    private static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
