using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Api.Auth;

/// <summary>The operator's key. Compared by hashes of one length, so that neither the time nor the length tells of it.</summary>
internal sealed class OperatorKey(string key)
{
    /// <summary>Fewest characters.</summary>
    public const int MinLength = 16;

    private readonly byte[] _hash = Hash(key);

    public bool Is(string given) => CryptographicOperations.FixedTimeEquals(_hash, Hash(given));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
