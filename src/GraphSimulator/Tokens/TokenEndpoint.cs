using System.Text.Json;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>Answers what is about tokens themselves: who I am, what I may, what another token is worth, and its end.</summary>
internal sealed class TokenEndpoint(TokenBook tokens, DateTimeOffset startedAt)
{
    // Access to data ends 90 days after the user was last active; a system user's never does.
    private static readonly TimeSpan DataAccess = TimeSpan.FromDays(90);

    public static void Me(Session session, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, session.Token.SystemUser ? "Simulated System User" : "Simulated User");
        writer.WriteString("id"u8, session.Token.UserId);
        writer.WriteEndObject();
    }

    public static void ListPermissions(Session session, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        foreach (var scope in SimulatedToken.AllScopes.Union(session.Token.Scopes, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("permission"u8, scope);
            writer.WriteString("status"u8, session.Has(scope) ? "granted" : "declined");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <param name="scope">Null to take all of them away, which removes the app.</param>
    public void Revoke(Session session, string? scope, Utf8JsonWriter writer)
    {
        tokens.Revoke(session.Token.UserId, scope);
        GraphAnswers.Succeed(writer);
    }

    public void Debug(GraphRequest request, Session session, DateTimeOffset now, Utf8JsonWriter writer)
    {
        if (request.Find("input_token") is not { Length: > 0 } input)
            throw GraphErrors.Invalid("The parameter input_token is required");
        if (!session.IsApp && session.Token.Token != input)
            throw GraphErrors.Plain(100, "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app");
        writer.WriteStartObject();
        writer.WriteStartObject("data"u8);
        if (input == tokens.App.Token)
            WriteApp(writer);
        else if (tokens.Find(input) is { } token)
            Write(writer, token, now);
        else
            WriteError(writer, new GraphError(190, "Invalid OAuth access token - Cannot parse access token"));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Write(Utf8JsonWriter writer, SimulatedToken token, DateTimeOffset now)
    {
        var issued = token.IssuedAt ?? startedAt;
        writer.WriteString("app_id"u8, tokens.App.Id);
        writer.WriteString("type"u8, token.SystemUser ? "SYSTEM_USER" : "USER");
        writer.WriteString("application"u8, "Simulated App");
        writer.WriteNumber("data_access_expires_at"u8, token.SystemUser ? 0 : (issued + DataAccess).ToUnixTimeSeconds());
        writer.WriteNumber("expires_at"u8, token.ExpiresAt?.ToUnixTimeSeconds() ?? 0);
        writer.WriteNumber("issued_at"u8, issued.ToUnixTimeSeconds());
        var fault = tokens.Fault(token, now);
        if (fault is not null)
            WriteError(writer, fault);
        else
            writer.WriteBoolean("is_valid"u8, true);
        WriteScopes(writer, token);
        writer.WriteString("user_id"u8, token.UserId);
    }

    private void WriteApp(Utf8JsonWriter writer)
    {
        writer.WriteString("app_id"u8, tokens.App.Id);
        writer.WriteString("type"u8, "APP");
        writer.WriteString("application"u8, "Simulated App");
        writer.WriteBoolean("is_valid"u8, true);
        writer.WriteStartArray("scopes"u8);
        writer.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter writer, GraphError error)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        if (error.Subcode is { } subcode)
            writer.WriteNumber("subcode"u8, subcode);
        writer.WriteEndObject();
        writer.WriteBoolean("is_valid"u8, false);
    }

    private static void WriteScopes(Utf8JsonWriter writer, SimulatedToken token)
    {
        writer.WriteStartArray("scopes"u8);
        foreach (var scope in token.Scopes)
            writer.WriteStringValue(scope);
        writer.WriteEndArray();
        writer.WriteStartArray("granular_scopes"u8);
        foreach (var scope in token.Scopes.Where(scope => scope.StartsWith("ads_", StringComparison.Ordinal)))
        {
            writer.WriteStartObject();
            writer.WriteString("scope"u8, scope);
            if (token.Accounts is not null)
            {
                writer.WriteStartArray("target_ids"u8);
                foreach (var account in token.Accounts)
                    writer.WriteStringValue(AccountIdText.Bare(account));
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
