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
        JsonAnswer.Read(body, scrubber, root => new AdAccountPage([.. JsonAnswer.Data(root).Select(Account)], JsonAnswer.Paging(root)));

    /// <summary>Reads one node.</summary>
    public static BodyResult<GraphAdAccount> Node(ReadOnlyMemory<byte> body, Scrubber scrubber) => JsonAnswer.Read(body, scrubber, Account);

    private static GraphAdAccount Account(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object)
            throw new InvalidAnswerException("An ad account is no object.");
        if (!AdAccountId.TryParse(JsonAnswer.Text(node, "account_id") ?? JsonAnswer.Text(node, "id"), out var id))
            throw new InvalidAnswerException("An ad account has no id.");
        var business = node.TryGetProperty("business", out var owner) && owner.ValueKind == JsonValueKind.Object ? owner : default;
        return new GraphAdAccount(
            id,
            JsonAnswer.Text(node, "name") ?? id.ToString(),
            JsonAnswer.Text(node, "currency") ?? throw new InvalidAnswerException($"{id} has no currency."),
            JsonAnswer.Text(node, "timezone_name") ?? throw new InvalidAnswerException($"{id} has no timezone_name."),
            (int?)JsonAnswer.Whole(node, "account_status") ?? throw new InvalidAnswerException($"{id} has no account_status."),
            (int?)JsonAnswer.Whole(node, "disable_reason"),
            JsonAnswer.Text(business, "id"),
            JsonAnswer.Text(business, "name"));
    }
}
