using System.Buffers.Text;
using System.Text.Json;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>
/// Writes rows straight into the answer's buffer. Every number is a string; what is empty is left out.
/// </summary>
/// <param name="written">Is told each row, and where it ends in what was written; null when nobody asks.</param>
internal sealed class InsightsRowWriter(InsightsQuery query, Utf8JsonWriter writer, Action<Totals, int>? written = null)
{
    private readonly AdAccount _account = query.Account;
    private readonly ActionListWriter _lists = new(query, writer);
    private readonly ParentSettings _settings = new(query.Account);
    private readonly ActionType? _linkClick = query.Account.Actions.Find("link_click");

    public void Write(DaySpan period, AdEntity? entity, BreakdownCell? cell, Totals totals)
    {
        writer.WriteStartObject();
        var reach = query.Breakdown.OmitsReach ? null : query.Breakdown.ZeroReach ? 0 : _account.Reach(entity, period.Since, period.Until, totals);
        foreach (var field in query.Fields)
        {
            if (field <= InsightsField.UpdatedTime)
                WriteName(field, entity);
            else if (field <= InsightsField.Cpp)
                WriteMetric(field, totals, reach);
            else
                WriteActions(field, totals);
        }

        WriteDate("date_start"u8, period.Since);
        WriteDate("date_stop"u8, period.Until);
        // Without impressions an hour cannot be told, and the key is missing.
        if (cell is not null && !(query.Breakdown.ZeroReach && totals.Impressions == 0))
        {
            foreach (var (name, value) in cell.Keys)
                writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        written?.Invoke(totals, (int)(writer.BytesCommitted + writer.BytesPending));
    }

    private void WriteName(InsightsField field, AdEntity? entity)
    {
        switch (field)
        {
            case InsightsField.AccountId: WriteNumber("account_id"u8, _account.Number); break;
            case InsightsField.AccountName: writer.WriteString("account_name"u8, _account.Name); break;
            case InsightsField.AccountCurrency: writer.WriteString("account_currency"u8, _account.Currency.Code); break;
            case InsightsField.CampaignId: WriteId("campaign_id"u8, entity?.Above(EntityKind.Campaign)); break;
            case InsightsField.CampaignName: WriteText("campaign_name"u8, entity?.Above(EntityKind.Campaign)?.Name); break;
            case InsightsField.AdSetId: WriteId("adset_id"u8, entity?.Above(EntityKind.AdSet)); break;
            case InsightsField.AdSetName: WriteText("adset_name"u8, entity?.Above(EntityKind.AdSet)?.Name); break;
            case InsightsField.AdId: WriteId("ad_id"u8, entity?.Above(EntityKind.Ad)); break;
            case InsightsField.AdName: WriteText("ad_name"u8, entity?.Above(EntityKind.Ad)?.Name); break;
            case InsightsField.Objective: WriteText("objective"u8, entity?.Above(EntityKind.Campaign)?.Objective); break;
            case InsightsField.BuyingType: WriteText("buying_type"u8, entity?.Above(EntityKind.Campaign)?.BuyingType); break;
            case InsightsField.OptimizationGoal: WriteText("optimization_goal"u8, entity?.Above(EntityKind.AdSet)?.OptimizationGoal); break;
            case InsightsField.AttributionSetting: WriteText("attribution_setting"u8, Setting(entity)); break;
            // Dates of the object, not of the row.
            case InsightsField.CreatedTime: WriteText("created_time"u8, entity?.CreatedTime?[..10]); break;
            case InsightsField.UpdatedTime: WriteText("updated_time"u8, entity?.UpdatedTime?[..10]); break;
        }
    }

    private void WriteMetric(InsightsField field, Totals totals, long? reach)
    {
        switch (field)
        {
            case InsightsField.Impressions: WriteNumber("impressions"u8, totals.Impressions); break;
            case InsightsField.Clicks: WriteNumber("clicks"u8, totals.Clicks); break;
            case InsightsField.Reach when reach is { } people: WriteNumber("reach"u8, people); break;
            case InsightsField.Frequency when reach is 0: WriteNumber("frequency"u8, 0); break;
            case InsightsField.Frequency when reach is { } people: WriteRatio("frequency"u8, totals.Impressions, people); break;
            case InsightsField.Spend: WriteMoney("spend"u8, totals.SpendMinor); break;
            case InsightsField.Ctr: WriteRatio("ctr"u8, totals.Clicks * 100m, totals.Impressions); break;
            case InsightsField.Cpc: WriteRatio("cpc"u8, Spend(totals), totals.Clicks); break;
            case InsightsField.Cpm: WriteRatio("cpm"u8, Spend(totals) * 1000, totals.Impressions); break;
            case InsightsField.Cpp when reach is { } people: WriteRatio("cpp"u8, Spend(totals) * 1000, people); break;
        }
    }

    private void WriteActions(InsightsField field, Totals totals)
    {
        switch (field)
        {
            case InsightsField.InlineLinkClicks when LinkClicks(totals) is > 0 and var clicks: WriteNumber("inline_link_clicks"u8, clicks); break;
            case InsightsField.InlineLinkClickCtr when LinkClicks(totals) is > 0 and var clicks: WriteRatio("inline_link_click_ctr"u8, clicks * 100m, totals.Impressions); break;
            case InsightsField.CostPerInlineLinkClick: WriteRatio("cost_per_inline_link_click"u8, Spend(totals), LinkClicks(totals)); break;
            case InsightsField.OutboundClicks: _lists.WriteSingle("outbound_clicks"u8, "outbound_click"u8, "link_click", totals); break;
            case InsightsField.VideoPlayActions: _lists.WriteSingle("video_play_actions"u8, "video_view"u8, "video_view", totals); break;
            case InsightsField.Actions: _lists.WriteCounts(totals); break;
            case InsightsField.ActionValues: _lists.WriteValues(totals); break;
            case InsightsField.CostPerActionType: _lists.WriteCosts(totals); break;
            case InsightsField.PurchaseRoas: _lists.WriteReturn("purchase_roas"u8, "omni_purchase", totals); break;
            case InsightsField.WebsitePurchaseRoas: _lists.WriteReturn("website_purchase_roas"u8, "offsite_conversion.fb_pixel_purchase", totals); break;
        }
    }

    private string? Setting(AdEntity? entity) =>
        entity?.Above(EntityKind.AdSet) is { } adSet ? adSet.AttributionSetting : _settings.Of(entity);

    private decimal Spend(Totals totals) => _account.Currency.Major(totals.SpendMinor);

    private long LinkClicks(Totals totals) => _linkClick is null ? 0 : totals.Of(_linkClick).Count.Default;

    private void WriteId(ReadOnlySpan<byte> name, AdEntity? entity)
    {
        if (entity is not null)
            WriteNumber(name, entity.Id);
    }

    private void WriteText(ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    private void WriteNumber(ReadOnlySpan<byte> name, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        writer.WriteString(name, digits[..length]);
    }

    private void WriteMoney(ReadOnlySpan<byte> name, long minor)
    {
        Span<byte> digits = stackalloc byte[24];
        writer.WriteString(name, digits[.._account.Currency.Format(minor, digits)]);
    }

    private void WriteRatio(ReadOnlySpan<byte> name, decimal numerator, long denominator)
    {
        if (denominator == 0)
            return;
        Span<byte> digits = stackalloc byte[40];
        writer.WriteString(name, digits[..Ratio.Format(numerator / denominator, digits)]);
    }

    private void WriteDate(ReadOnlySpan<byte> name, DateOnly date)
    {
        Span<byte> text = stackalloc byte[10];
        date.TryFormat(text, out var length, "yyyy-MM-dd");
        writer.WriteString(name, text[..length]);
    }
}
