using System.Text.Json;
using System.Text.RegularExpressions;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Batch;

/// <summary>
/// References of an item to the answers of earlier ones: <c>{result=name:$.data.*.id}</c> becomes the values found,
/// separated by commas.
/// </summary>
internal sealed partial class BatchReferences
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _answers = new(StringComparer.Ordinal);

    public void Add(string name, ReadOnlyMemory<byte> answer) => _answers[name] = answer;

    public bool Has(string name) => _answers.ContainsKey(name);

    /// <summary>The labels that a text refers to.</summary>
    public static IEnumerable<string> Names(string text) => Reference().Matches(Uri.UnescapeDataString(text)).Select(match => match.Groups["name"].Value);

    public string Fill(string text) => Reference().Replace(text, match =>
    {
        if (!_answers.TryGetValue(match.Groups["name"].Value, out var answer))
            throw GraphErrors.Invalid($"The batch has no answer named {match.Groups["name"].Value}");
        using var document = JsonDocument.Parse(answer);
        return string.Join(',', Values(document.RootElement, match.Groups["path"].Value));
    });

    private static List<string> Values(JsonElement root, string path)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (Match step in Step().Matches(path))
        {
            var name = step.Groups["name"].Success ? step.Groups["name"].Value : step.Groups["index"].Value;
            found = found.SelectMany(element => Follow(element, name)).ToList();
        }

        return [.. found.Select(element => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText())];
    }

    private static IEnumerable<JsonElement> Follow(JsonElement element, string name) => (element.ValueKind, name) switch
    {
        (JsonValueKind.Array, "*") => element.EnumerateArray(),
        (JsonValueKind.Object, "*") => element.EnumerateObject().Select(property => property.Value),
        (JsonValueKind.Array, _) when int.TryParse(name, out var index) && index < element.GetArrayLength() => [element[index]],
        (JsonValueKind.Object, _) when element.TryGetProperty(name, out var value) => [value],
        _ => [],
    };

    [GeneratedRegex(@"\{result=(?<name>[^:}]+):\$(?<path>[^}]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\.(?<name>\*|[\w-]+)|\[(?<index>\*|\d+)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Step();
}
