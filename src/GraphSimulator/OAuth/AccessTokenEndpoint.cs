using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Tokens;

namespace MetaGrains.GraphSimulator.OAuth;

/// <summary>Answers <c>/oauth/access_token</c>: a code for a token, a short token for a long one, the app's own token.</summary>
internal sealed class AccessTokenEndpoint(TokenBook tokens, CodeBook codes)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5_400);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5_183_944);

    public void Answer(GraphRequest request, DateTimeOffset now, Utf8JsonWriter writer)
    {
        if (request.Find("client_id") != tokens.App.Id)
            throw GraphErrors.Plain(101, "Error validating application. Cannot get application info due to a system error.");
        if (request.Find("client_secret") != tokens.App.Secret)
            throw GraphErrors.Plain(1, "Error validating client secret.");
        switch (request.Find("grant_type"))
        {
            case "client_credentials": Write(writer, tokens.App.Token, null); break;
            case "fb_exchange_token": Write(writer, Exchange(request, now), Long); break;
            default: Write(writer, Redeem(request, now), Short); break;
        }
    }

    private string Redeem(GraphRequest request, DateTimeOffset now)
    {
        var grant = codes.Take(request.Find("code") ?? "", request.Find("redirect_uri") ?? "", now);
        return Make(new SimulatedToken(codes.NewToken()) { Scopes = grant.Scopes, SystemUser = false }, now, Short);
    }

    private string Exchange(GraphRequest request, DateTimeOffset now)
    {
        var token = tokens.Find(request.Find("fb_exchange_token") ?? "")
            ?? throw GraphErrors.BadToken(null, "Invalid OAuth access token - Cannot parse access token");
        if (tokens.Fault(token, now) is { } fault)
            throw new GraphException(fault);
        return Make(token with { Token = codes.NewToken() }, now, Long);
    }

    private string Make(SimulatedToken token, DateTimeOffset now, TimeSpan lifetime)
    {
        tokens.Put(token with { IssuedAt = now, ExpiresAt = now + lifetime });
        return token.Token;
    }

    private static void Write(Utf8JsonWriter writer, string token, TimeSpan? expires)
    {
        writer.WriteStartObject();
        writer.WriteString("access_token"u8, token);
        writer.WriteString("token_type"u8, "bearer");
        if (expires is { } lifetime)
            writer.WriteNumber("expires_in"u8, (long)lifetime.TotalSeconds);
        writer.WriteEndObject();
    }
}
