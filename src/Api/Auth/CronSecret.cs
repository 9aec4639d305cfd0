using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Api.Auth;

/// <summary>The secret that outside crons share with the API; where there is none, nothing is it. Compared as <see cref="OperatorKey"/> is.</summary>
internal sealed class CronSecret(string? secret)
{
    private readonly byte[]? _hash = string.IsNullOrEmpty(secret) ? null : Hash(secret);

    public bool Is(string given) => _hash is not null && CryptographicOperations.FixedTimeEquals(_hash, Hash(given));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
