using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Warehouse.Secrets;

/// <summary>A secret at rest: AES-256-GCM, with the place where it belongs authenticated alongside.</summary>
/// <param name="KeyId">The key's id.</param>
/// <param name="Nonce">12 random bytes.</param>
/// <param name="Ciphertext">The encrypted text followed by the 16-byte tag.</param>
public sealed record SealedSecret(string KeyId, byte[] Nonce, byte[] Ciphertext)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals a secret for one place, such as <c>integration/…/access_token</c>: moved elsewhere it does not open.</summary>
    public static SealedSecret Seal(string secret, string place, EncryptionKeys keys)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var sealedBytes = new byte[plain.Length + TagBytes];
        using var cipher = new AesGcm(keys.Find(keys.CurrentId), TagBytes);
        cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), Encoding.UTF8.GetBytes(place));
        CryptographicOperations.ZeroMemory(plain);
        return new SealedSecret(keys.CurrentId, nonce, sealedBytes);
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="CryptographicException">The key is another one, or the bytes or the place were changed.</exception>
    public string Open(string place, EncryptionKeys keys)
    {
        var length = Ciphertext.Length - TagBytes;
        if (length < 0 || Nonce.Length != NonceBytes)
            throw new CryptographicException("The sealed token is too short to be one.");
        var plain = new byte[length];
        using var cipher = new AesGcm(keys.Find(KeyId), TagBytes);
        cipher.Decrypt(Nonce, Ciphertext.AsSpan(0, length), Ciphertext.AsSpan(length), plain, Encoding.UTF8.GetBytes(place));
        var secret = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return secret;
    }
}
