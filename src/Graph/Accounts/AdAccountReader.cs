using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Accounts;

/// <summary>A page of ad accounts.</summary>
internal sealed record AdAccountPage(IReadOnlyList<GraphAdAccount> Accounts, PagingLinks Paging);

/// <summary>Reads ad accounts through the document model: they are few.</summary>
internal static class AdAccountReader
{
    /// <summary>What is asked for.</summary>
    public const string Fields = "id,account_id,name,currency,timezone_name,account_status,disable_reason,business{id,name}";

    /// <summary>Reads <c>{"data":[…],"paging":{…}}</c>.</summary>
    public static BodyResult<AdAccountPage> Page(ReadOnlyMemory<byte> body, Scrubber scrubber) =>
        Read(body, scrubber, root =>
            root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
                ? new AdAccountPage([.. data.EnumerateArray().Select(Account)], Paging(root))
                : throw new InvalidAnswerException("The answer has neither data nor an error."));

    /// <summary>Reads one node.</summary>
    public static BodyResult<GraphAdAccount> Node(ReadOnlyMemory<byte> body, Scrubber scrubber) => Read(body, scrubber, Account);

    private static BodyResult<T> Read<T>(ReadOnlyMemory<byte> body, Scrubber scrubber, Func<JsonElement, T> of)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new InvalidAnswerException($"The answer is {root.ValueKind} and no object.");
            if (root.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
                return new BodyResult<T>(default, GraphErrorReader.ReadBody(body, scrubber) ?? new GraphError());
            return new BodyResult<T>(of(root), null);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidAnswerException("The answer is no complete JSON document.", failure);
        }
    }

    private static GraphAdAccount Account(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object)
            throw new InvalidAnswerException("An ad account is no object.");
        if (!AdAccountId.TryParse(Text(node, "account_id") ?? Text(node, "id"), out var id))
            throw new InvalidAnswerException("An ad account has no id.");
        var business = node.TryGetProperty("business", out var owner) && owner.ValueKind == JsonValueKind.Object ? owner : default;
        return new GraphAdAccount(
            id,
            Text(node, "name") ?? id.ToString(),
            Text(node, "currency") ?? throw new InvalidAnswerException($"{id} has no currency."),
            Text(node, "timezone_name") ?? throw new InvalidAnswerException($"{id} has no timezone_name."),
            Number(node, "account_status") ?? throw new InvalidAnswerException($"{id} has no account_status."),
            Number(node, "disable_reason"),
            Text(business, "id"),
            Text(business, "name"));
    }

    private static PagingLinks Paging(JsonElement root)
    {
        if (!root.TryGetProperty("paging", out var paging) || paging.ValueKind != JsonValueKind.Object)
            return default;
        return PagingLinks.Of(Text(paging, "next"), paging.TryGetProperty("cursors", out var cursors) ? Text(cursors, "after") : null);
    }

    private static string? Text(JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object || !owner.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    private static int? Number(JsonElement owner, string name) =>
        int.TryParse(Text(owner, name), out var number) ? number : null;
}
