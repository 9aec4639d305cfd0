using System.Text.Json;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Tokens;

/// <summary>Reads answers about tokens.</summary>
internal static class TokenReader
{
    public static BodyResult<GraphToken> Token(ReadOnlyMemory<byte> body, Scrubber scrubber, DateTimeOffset now) =>
        JsonAnswer.Read(body, scrubber, root =>
        {
            if (JsonAnswer.Text(root, "access_token") is not { } text || string.IsNullOrWhiteSpace(text) || text.Any(char.IsWhiteSpace))
                throw new InvalidAnswerException("The answer has no access_token.");
            DateTimeOffset? expires = JsonAnswer.Whole(root, "expires_in") is { } seconds and > 0 and < int.MaxValue ? now.AddSeconds(seconds) : null;
            return new GraphToken(new AccessToken(text), expires);
        });

    public static BodyResult<TokenInspection> Inspection(ReadOnlyMemory<byte> body, Scrubber scrubber) =>
        JsonAnswer.Read(body, scrubber, root =>
        {
            if (!root.TryGetProperty("data", out var data) || JsonAnswer.Flag(data, "is_valid") is not { } valid)
                throw new InvalidAnswerException("The answer does not say whether the token is valid.");
            var error = data.TryGetProperty("error", out var stated) && stated.ValueKind == JsonValueKind.Object ? stated : default;
            var (code, subcode) = ((int?)JsonAnswer.Whole(error, "code"), (int?)JsonAnswer.Whole(error, "subcode"));
            return new TokenInspection
            {
                IsValid = valid,
                AppId = JsonAnswer.Text(data, "app_id"),
                Type = JsonAnswer.Text(data, "type"),
                UserId = JsonAnswer.Text(data, "user_id"),
                IssuedAt = Moment(data, "issued_at"),
                ExpiresAt = Moment(data, "expires_at"),
                DataAccessExpiresAt = Moment(data, "data_access_expires_at"),
                Scopes = [.. JsonAnswer.Texts(data, "scopes")],
                GranularScopes = [.. Granular(data)],
                ErrorCode = code,
                ErrorSubcode = subcode,
                ErrorMessage = error.ValueKind == JsonValueKind.Object ? Explain(error, code, subcode, scrubber) : null,
            };
        });

    public static BodyResult<string[]> Granted(ReadOnlyMemory<byte> body, Scrubber scrubber) =>
        JsonAnswer.Read(body, scrubber, root => JsonAnswer.Data(root)
            .Where(item => JsonAnswer.Text(item, "status") == "granted")
            .Select(item => JsonAnswer.Text(item, "permission") ?? throw new InvalidAnswerException("A permission has no name."))
            .ToArray());

    private static string Explain(JsonElement error, int? code, int? subcode, Scrubber scrubber)
    {
        var row = GraphErrorTable.Classify(new GraphError { Code = code, Subcode = subcode }, status: 200);
        return $"{scrubber.Clean(JsonAnswer.Text(error, "message"))} {row.Advice}".Trim();
    }

    private static IEnumerable<GranularScope> Granular(JsonElement data) =>
        data.TryGetProperty("granular_scopes", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
                .Where(item => JsonAnswer.Text(item, "scope") is not null)
                .Select(item => new GranularScope(JsonAnswer.Text(item, "scope")!, [.. JsonAnswer.Texts(item, "target_ids")]))
            : [];

    // 0 means never.
    private static DateTimeOffset? Moment(JsonElement data, string name) =>
        JsonAnswer.Whole(data, name) is { } seconds and > 0 and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
