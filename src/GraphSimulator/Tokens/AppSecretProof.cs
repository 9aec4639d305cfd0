using System.Security.Cryptography;
using System.Text;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>The proof that a caller knows the app's secret: HMAC-SHA256 of the token of that very call, in lower-case hex.</summary>
internal static class AppSecretProof
{
    public static string Of(string token, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(token)));

    /// <exception cref="GraphException">The proof is wrong, or missing where the app demands one.</exception>
    public static void Check(GraphRequest request, SimulatedApp app)
    {
        if (!app.ChecksProof)
            return;
        if (request.Find("appsecret_proof") is not { Length: > 0 } proof)
        {
            if (app.NeedsProof)
                throw GraphErrors.Plain(100, "API calls from the server require an appsecret_proof argument");
            return;
        }

        var message = request.Find("appsecret_time") is { Length: > 0 } time ? $"{request.Token}|{time}" : request.Token!;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.UTF8.GetBytes(Of(message, app.Secret))))
            throw GraphErrors.Plain(100, "Invalid appsecret_proof provided in the API argument");
    }
}
