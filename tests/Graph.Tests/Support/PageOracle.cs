using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>
/// A second reading of a page, slow and plain, by JsonDocument. It says what a page that was parsed must hold, and
/// which pages are so plainly good that refusing them would be a mistake.
/// </summary>
internal static partial class PageOracle
{
    private static readonly string[] Lists = ["actions", "action_values"];
    private static readonly string[] Scalars =
        ["account_id", "account_currency", "attribution_setting", "campaign_id", "adset_id", "ad_id", "impressions", "clicks", "reach", "spend", "date_start", "date_stop", "age"];

    /// <summary>Holds a page against the document it came from.</summary>
    public static void Check(ParsedPage page, PagingLinks paging, byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var data = root.GetProperty("data");
        Assert.Equal(data.GetArrayLength(), page.Rows.Length);
        Assert.Equal(root.TryGetProperty("paging", out var links) && links.ValueKind == JsonValueKind.Object && IsThere(links, "next"), paging.HasNext);
        var index = 0;
        foreach (var element in data.EnumerateArray())
            Check(Snapshot.Of(page.Rows.Span[index++]), element);
    }

    /// <summary>Whether nothing at all is wrong with it.</summary>
    public static bool IsPlainlyGood(byte[] body)
    {
        if (!Utf8.IsValid(body) || body.AsSpan().IndexOf("\\u"u8) >= 0)
            return false;
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && AreDistinct(root)
                && root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
                && !root.TryGetProperty("error", out _)
                && (!root.TryGetProperty("paging", out var paging) || IsGoodPaging(paging))
                && data.EnumerateArray().All(IsGoodRow);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Check(Snapshot row, JsonElement element)
    {
        Assert.Equal(element.GetRawText(), row.Raw);
        Assert.Equal(Text(element, "date_start"), row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Assert.Equal((Text(element, "campaign_id"), Text(element, "adset_id"), Text(element, "ad_id")), (row.CampaignId, row.AdSetId, row.AdId));
        Assert.Equal((Text(element, "account_currency"), Text(element, "attribution_setting") ?? ""), (row.Currency, row.AttributionSetting));
        Assert.Equal((Number(element, "impressions") ?? 0, Number(element, "clicks") ?? 0, Number(element, "reach")), (row.Impressions, row.Clicks, row.Reach));
        Assert.Equal(Number(element, "spend") ?? 0, row.Spend);
        Assert.Equal($"age={(Text(element, "age") ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal)}", row.BreakdownKey);
        Assert.Equal(Actions(element), row.Actions.Length == 0 ? [] : Written(row.Actions));
    }

    // list/type/window → value, added up by hand.
    private static SortedDictionary<string, decimal> Actions(JsonElement row)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var list in Lists)
        {
            if (!row.TryGetProperty(list, out var elements) || elements.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var element in elements.EnumerateArray())
            {
                var type = KeyOf(element);
                sums.TryAdd($"{list}/{type}", 0);
                foreach (var property in element.EnumerateObject())
                {
                    if (!property.Name.StartsWith("action_", StringComparison.Ordinal) && NumberOf(property.Value) is { } value)
                        sums[$"{list}/{type}/{property.Name}"] = sums.GetValueOrDefault($"{list}/{type}/{property.Name}") + value;
                }
            }
        }

        return sums;
    }

    private static string KeyOf(JsonElement element)
    {
        var parts = element.EnumerateObject()
            .Where(property => property.Name.StartsWith("action_", StringComparison.Ordinal) && property.Name != "action_type" && property.Value.ValueKind != JsonValueKind.Null)
            .Select(property => (property.Name, Value: Scalar(property.Value)))
            .OrderBy(part => part.Name, StringComparer.Ordinal)
            .Select(part => $"|{part.Name}={Marked(part.Value!)}");
        return (Text(element, "action_type") ?? "") + string.Concat(parts);
    }

    private static string Marked(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);

    private static SortedDictionary<string, decimal> Written(string canonical)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(canonical);
        foreach (var list in document.RootElement.EnumerateObject())
        {
            foreach (var type in list.Value.EnumerateObject())
            {
                sums.Add($"{list.Name}/{type.Name}", 0);
                foreach (var window in type.Value.EnumerateObject())
                    sums.Add($"{list.Name}/{type.Name}/{window.Name}", window.Value.GetDecimal());
            }
        }

        return sums;
    }

    private static bool IsGoodPaging(JsonElement paging)
    {
        if (paging.ValueKind != JsonValueKind.Object || !AreDistinct(paging))
            return false;
        if (!paging.TryGetProperty("cursors", out var cursors) || cursors.ValueKind != JsonValueKind.Object || !AreDistinct(cursors)
            || !cursors.TryGetProperty("after", out var after) || after.ValueKind != JsonValueKind.String)
            return false;
        return !paging.TryGetProperty("next", out var next)
            || (next.ValueKind == JsonValueKind.String && next.GetString()!.EndsWith($"&limit=25&after={after.GetString()}", StringComparison.Ordinal)
                && next.GetString()!.Split("after=").Length == 2);
    }

    private static bool IsGoodRow(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && AreDistinct(row)
        && Scalars.All(name => !row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.String)
        && Text(row, "account_id") == "361744628296290"
        && Currency().IsMatch(Text(row, "account_currency") ?? "")
        && new[] { "campaign_id", "adset_id", "ad_id" }.All(name => Id().IsMatch(Text(row, name) ?? ""))
        && new[] { "impressions", "clicks", "reach" }.All(name => Count().IsMatch(Text(row, name) ?? ""))
        && Money().IsMatch(Text(row, "spend") ?? "")
        && Day().IsMatch(Text(row, "date_start") ?? "") && Text(row, "date_stop") == Text(row, "date_start")
        && Lists.All(list => !row.TryGetProperty(list, out var elements) || (elements.ValueKind == JsonValueKind.Array && elements.EnumerateArray().All(IsGoodAction)));

    private static bool IsGoodAction(JsonElement action) =>
        action.ValueKind == JsonValueKind.Object && AreDistinct(action)
        && action.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.String
            && (property.Name.StartsWith("action_", StringComparison.Ordinal) || Money().IsMatch(property.Value.GetString()!)));

    private static bool AreDistinct(JsonElement owner) =>
        owner.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal).Count() == owner.EnumerateObject().Count();

    private static bool IsThere(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static decimal? Number(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? NumberOf(value) : null;

    private static decimal? NumberOf(JsonElement value) =>
        Scalar(value) is { } text && JsonNumber().IsMatch(text) ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? Scalar(value) : null;

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Money();

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Count();

    [GeneratedRegex(@"^[0-9]{1,20}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"^[A-Z]{3}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Currency();

    [GeneratedRegex(@"^2026-02-(0[1-9]|1[0-9]|2[0-8])\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Day();
}
