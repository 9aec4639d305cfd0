using System.Text;
using System.Text.Json;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Batch;

/// <summary>One answer inside a batch.</summary>
/// <param name="Code">Its HTTP status.</param>
/// <param name="Headers">Its headers, the usage headers among them.</param>
/// <param name="Body">Its body: JSON in a string, read again.</param>
internal sealed record BatchItem(int Code, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>Reads <c>[{"code":…,"headers":[…],"body":"…"}, null, …]</c>, in the order of the requests.</summary>
internal static class BatchReader
{
    /// <summary>Reads the list; null stands for an item that Meta did not get to.</summary>
    /// <exception cref="InvalidAnswerException">It is no list of so many items.</exception>
    public static BodyResult<BatchItem?[]> Read(ReadOnlyMemory<byte> body, Scrubber scrubber, int expected) =>
        JsonAnswer.ReadAny(body, scrubber, root =>
        {
            if (root.ValueKind != JsonValueKind.Array)
                throw new InvalidAnswerException($"The answer of a batch is {root.ValueKind} and no list.");
            if (root.GetArrayLength() != expected)
                throw new InvalidAnswerException($"A batch of {expected} has {root.GetArrayLength()} answers.");
            return root.EnumerateArray().Select(Item).ToArray();
        });

    private static BatchItem? Item(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.Null)
            return null;
        if (item.ValueKind != JsonValueKind.Object || JsonAnswer.Whole(item, "code") is not (>= 100 and <= 599 and var code))
            throw new InvalidAnswerException("An answer in a batch has no status.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (item.TryGetProperty("headers", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var header in list.EnumerateArray())
            {
                if (JsonAnswer.Text(header, "name") is { } name && JsonAnswer.Text(header, "value") is { } value)
                    headers[name] = value;
            }
        }

        var body = item.TryGetProperty("body", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        return new BatchItem((int)code, headers, Encoding.UTF8.GetBytes(body));
    }
}
