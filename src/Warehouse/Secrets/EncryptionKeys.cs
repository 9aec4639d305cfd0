using System.Security.Cryptography;

namespace MetaGrains.Warehouse.Secrets;

/// <summary>
/// The key that tokens are sealed with: <c>ENCRYPTION_KEY</c>, 64 hexadecimal digits. Its id goes with every sealed
/// token, so that a token sealed with another key is told apart from a damaged one.
/// </summary>
public sealed class EncryptionKeys
{
    private const int KeyBytes = 32;

    private readonly byte[] _key;

    private EncryptionKeys(byte[] key)
    {
        _key = key;
        CurrentId = Convert.ToHexStringLower(SHA256.HashData(key)[..8]);
    }

    /// <summary>Id of the key: the first 8 bytes of its SHA-256, in hex. Reveals nothing of a random key.</summary>
    public string CurrentId { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is not 64 hexadecimal digits; the message does not repeat it.</exception>
    public static EncryptionKeys Parse(string? hex)
    {
        if (string.IsNullOrWhiteSpace(hex))
            throw new FormatException("ENCRYPTION_KEY is not set: make one with 'openssl rand -hex 32' and keep it, tokens cannot be read without it.");
        var key = hex.Trim();
        if (key.Length != KeyBytes * 2 || !key.All(char.IsAsciiHexDigit))
            throw new FormatException($"ENCRYPTION_KEY must be {KeyBytes * 2} hexadecimal digits (32 bytes): make one with 'openssl rand -hex 32'.");
        return new EncryptionKeys(Convert.FromHexString(key));
    }

    /// <summary>A new random key as 64 hexadecimal digits.</summary>
    public static string Generate() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The key's bytes for an id.</summary>
    /// <exception cref="CryptographicException">No such key is held.</exception>
    internal ReadOnlySpan<byte> Find(string keyId) =>
        keyId == CurrentId
            ? _key
            : throw new CryptographicException($"The token was sealed with key {keyId}, but ENCRYPTION_KEY is key {CurrentId}: start with the key it was sealed with, or connect again.");
}
