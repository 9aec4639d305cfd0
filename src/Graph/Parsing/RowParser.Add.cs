using System.Text.Unicode;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Graph.Parsing;

/// <content>What makes a row complete.</content>
internal sealed partial class RowParser
{
    private readonly InsightsLevel _level = query.Report.Level;

    private void Add(ReadOnlySpan<byte> body, ReadOnlySpan<byte> raw, PageBuilder page)
    {
        var day = _row.Start ?? throw Invalid("A row has no date_start.");
        if (!query.Days.Contains(day))
            throw Invalid($"A row of {DateRange.Iso(day)} is outside the days that were asked, {query.Days}.");
        if (_row.Stop is { } stop && stop != day)
            throw Invalid($"A row spans {DateRange.Iso(day)} to {DateRange.Iso(stop)}; one day was asked.");
        RequireId();

        // The reader checks syntax only; a database would refuse bytes that are no UTF-8.
        if (!Utf8.IsValid(raw))
            throw Invalid("A row is not valid UTF-8.");

        var (key, json) = _breakdowns.IsEmpty ? ("", default) : _breakdowns.Write();
        var actions = page.Blocks.Append(_actions.Write(body, _tally));
        page.Next() = new InsightRow
        {
            Date = day,
            CampaignId = _level >= InsightsLevel.Campaign ? _row.CampaignId : null,
            AdSetId = _level >= InsightsLevel.AdSet ? _row.AdSetId : null,
            AdId = _level >= InsightsLevel.Ad ? _row.AdId : null,
            Currency = _row.Currency ?? throw Invalid("A row has no account_currency."),
            AttributionSetting = _row.AttributionSetting ?? "",
            Impressions = _row.Impressions,
            Clicks = _row.Clicks,
            Reach = _row.Reach,
            Spend = _row.Spend,
            Conversions = _tally.Totals(),
            BreakdownKey = key,
            Breakdowns = page.Blocks.Append(json.Span),
            Actions = actions,
            Raw = page.Blocks.Append(raw),
        };
    }

    private void RequireId()
    {
        var (present, name) = _level switch
        {
            InsightsLevel.Campaign => (_row.CampaignId is not null, "campaign_id"),
            InsightsLevel.AdSet => (_row.AdSetId is not null, "adset_id"),
            InsightsLevel.Ad => (_row.AdId is not null, "ad_id"),
            _ => (true, ""),
        };
        if (!present)
            throw Invalid($"A row has no {name}, which level {_level.WireName()} needs.");
    }
}
