using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.OAuth;

/// <summary>Makes a <c>signed_request</c>: signature and payload, both base64url; the signature is over the encoded payload.</summary>
internal static class SignedRequest
{
    public static string Of(string userId, string secret, DateTimeOffset now)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new { user_id = userId, algorithm = "HMAC-SHA256", issued_at = now.ToUnixTimeSeconds() });
        var encoded = Base64Url.EncodeToString(payload);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(encoded));
        return $"{Base64Url.EncodeToString(signature)}.{encoded}";
    }
}
