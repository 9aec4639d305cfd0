using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Http;

/// <summary>
/// Proves that a call comes from the app's server: lower-case hex of HMAC-SHA256 over the token of that very call,
/// keyed by the app secret (Graph API, securing requests).
/// </summary>
internal static class AppSecretProof
{
    /// <summary>The proof, or null where no secret is known or no token is sent.</summary>
    public static string? Of(AccessToken? token, string? appSecret) =>
        appSecret is null || token is null
            ? null
            : Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(appSecret), Encoding.UTF8.GetBytes(token.Reveal())));
}
