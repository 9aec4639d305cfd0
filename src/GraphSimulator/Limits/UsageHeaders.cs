using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Limits;

/// <summary>What one call used of one account's allowances.</summary>
internal readonly record struct AccountUsage(long Account, UseCase UseCase, Usage Usage);

/// <summary>Writes the usage headers, in the shapes that were recorded.</summary>
internal static class UsageHeaders
{
    /// <summary>At most this many accounts stand in one header.</summary>
    private const int MostAccounts = 32;

    public static void WritePlatform(IHeaderDictionary headers, Usage usage) =>
        headers["X-App-Usage"] = Text($$"""{"call_count":{{usage.AppPercent}},"total_time":{{usage.AppPercent}},"total_cputime":{{usage.AppPercent}}}""");

    /// <param name="used">One for a plain call, several for a call with several ids; the last one of an account counts.</param>
    public static void Write(IHeaderDictionary headers, IReadOnlyList<AccountUsage> used, string tier)
    {
        var (_, useCase, usage) = used[^1];
        WritePlatform(headers, usage);
        var entries = used
            .GroupBy(one => one.Account)
            .Take(MostAccounts)
            .Select(account => $"\"{account.Key}\":[{string.Join(',', account.GroupBy(one => one.UseCase).Select(kind => Entry(kind.Last(), tier)))}]");
        headers["X-Business-Use-Case-Usage"] = $"{{{string.Join(',', entries)}}}";
        headers["X-Ad-Account-Usage"] = Text(
            $$"""{"acc_id_util_pct":{{Math.Round(usage.ScorePercent, 2)}},"reset_time_duration":{{usage.ScoreResetSeconds}},"ads_api_access_tier":"{{tier}}"}""");
        if (useCase == UseCase.AdsInsights)
        {
            headers["X-FB-Ads-Insights-Throttle"] = Text(
                $$"""{"app_id_util_pct":{{Math.Round(usage.AppInsightsPercent, 2)}},"acc_id_util_pct":{{Math.Round(usage.AccountPercent, 2)}},"ads_api_access_tier":"{{tier}}"}""");
        }
    }

    private static string Entry(AccountUsage used, string tier)
    {
        var type = used.UseCase == UseCase.AdsInsights ? "ads_insights" : "ads_management";
        var percent = used.Usage.RegainMinutes > 0 ? Math.Max(100, (int)used.Usage.AccountPercent) : (int)used.Usage.AccountPercent;
        return Text(
            $$"""{"type":"{{type}}","call_count":{{percent}},"total_cputime":{{percent}},"total_time":{{percent}},"estimated_time_to_regain_access":{{used.Usage.RegainMinutes}},"ads_api_access_tier":"{{tier}}"}""");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
