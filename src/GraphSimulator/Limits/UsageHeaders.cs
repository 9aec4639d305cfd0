using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Limits;

/// <summary>Writes the usage headers, in the shapes that were recorded.</summary>
internal static class UsageHeaders
{
    private const string Tier = "standard_access";

    /// <param name="account">The bare account number; null for a call outside any account.</param>
    /// <param name="blockedMinutes">How long the account is said to be blocked; 0 for not.</param>
    public static void Write(IHeaderDictionary headers, long? account, UseCase useCase, Usage usage, int blockedMinutes)
    {
        headers["X-App-Usage"] = Text($$"""{"call_count":{{usage.AppPercent}},"total_time":{{usage.AppPercent}},"total_cputime":{{usage.AppPercent}}}""");
        if (account is not { } number)
            return;

        var type = useCase == UseCase.AdsInsights ? "ads_insights" : "ads_management";
        var percent = blockedMinutes > 0 ? 100 : (int)usage.AccountPercent;
        headers["X-Business-Use-Case-Usage"] = Text(
            $$"""{"{{number}}":[{"type":"{{type}}","call_count":{{percent}},"total_cputime":{{percent}},"total_time":{{percent}},"estimated_time_to_regain_access":{{blockedMinutes}},"ads_api_access_tier":"{{Tier}}"}]}""");
        headers["X-Ad-Account-Usage"] = Text(
            $$"""{"acc_id_util_pct":{{Math.Round(usage.ScorePercent, 2)}},"reset_time_duration":{{usage.ScoreResetSeconds}},"ads_api_access_tier":"{{Tier}}"}""");
        if (useCase == UseCase.AdsInsights)
        {
            headers["X-FB-Ads-Insights-Throttle"] = Text(
                $$"""{"app_id_util_pct":{{Math.Round(usage.AppInsightsPercent, 2)}},"acc_id_util_pct":{{Math.Round(usage.AccountPercent, 2)}},"ads_api_access_tier":"{{Tier}}"}""");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
