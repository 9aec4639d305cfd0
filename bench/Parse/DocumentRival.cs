using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaGrains.Core.Insights;

namespace MetaGrains.Bench.Parse;

/// <summary>The usual way: the whole page as a JsonDocument, then the same rows from its elements.</summary>
internal static class DocumentRival
{
    public static InsightRow[] Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var data = document.RootElement.GetProperty("data");
        var rows = new InsightRow[data.GetArrayLength()];
        var tally = new ConversionTally();
        var index = 0;
        foreach (var row in data.EnumerateArray())
            rows[index++] = Row(row, tally);
        return rows;
    }

    private static InsightRow Row(JsonElement row, ConversionTally tally)
    {
        var breakdowns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ParsePage.Query.Report.Breakdowns)
            breakdowns.Add(name, Text(row, name));
        tally.Reset();
        var actions = Actions(row, tally);
        return new InsightRow
        {
            Date = DateOnly.ParseExact(Text(row, "date_start"), "yyyy-MM-dd", CultureInfo.InvariantCulture),
            CampaignId = Text(row, "campaign_id"),
            AdSetId = Text(row, "adset_id"),
            AdId = Text(row, "ad_id"),
            Currency = Text(row, "account_currency"),
            AttributionSetting = Text(row, "attribution_setting"),
            Impressions = long.Parse(Text(row, "impressions"), CultureInfo.InvariantCulture),
            Clicks = long.Parse(Text(row, "clicks"), CultureInfo.InvariantCulture),
            Reach = long.Parse(Text(row, "reach"), CultureInfo.InvariantCulture),
            Spend = decimal.Parse(Text(row, "spend"), CultureInfo.InvariantCulture),
            Conversions = tally.Totals(),
            BreakdownKey = string.Join(',', breakdowns.Select(pair => $"{pair.Key}={pair.Value}")),
            Breakdowns = JsonSerializer.SerializeToUtf8Bytes(breakdowns),
            Actions = actions,
            Raw = Encoding.UTF8.GetBytes(row.GetRawText()),
        };
    }

    private static byte[] Actions(JsonElement row, ConversionTally tally)
    {
        var types = new SortedDictionary<string, SortedDictionary<string, decimal>>(StringComparer.Ordinal);
        foreach (var action in row.GetProperty("actions").EnumerateArray())
        {
            var figures = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var property in action.EnumerateObject())
            {
                if (property.Name != "action_type")
                    figures.Add(property.Name, decimal.Parse(property.Value.GetString()!, CultureInfo.InvariantCulture));
            }

            var type = Text(action, "action_type");
            types.Add(type, figures);
            tally.Count(Encoding.UTF8.GetBytes(type), figures["value"]);
        }

        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["actions"] = types });
    }

    private static string Text(JsonElement owner, string name) => owner.GetProperty(name).GetString()!;
}
