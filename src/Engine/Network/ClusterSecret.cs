using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Engine.Network;

/// <summary>What both ends of a connection must know. Each proves it by a keyed hash over both nonces; it is never sent.</summary>
internal sealed class ClusterSecret(string text)
{
    /// <summary>The configuration key and environment variable.</summary>
    public const string Setting = "METAGRAINS_CLUSTER_SECRET";

    public const int NonceLength = 32;
    public const int ProofLength = 32;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(text);

    public bool IsSet => _key.Length > 0;

    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceLength);

    /// <summary>The roles differ, so that nobody can send a proof back to where it came from.</summary>
    public byte[] Prove(string role, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> own)
    {
        var label = Encoding.UTF8.GetBytes($"metagrains engine {role} {Frame.Version}");
        byte[] proven = [.. label, .. challenge, .. own];
        return HMACSHA256.HashData(_key, proven);
    }

    public bool Verify(string role, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> own, ReadOnlySpan<byte> proof) =>
        CryptographicOperations.FixedTimeEquals(Prove(role, challenge, own), proof);
}
