using System.Text.Json.Nodes;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Insights;

/// <summary>Rows of the fact.</summary>
internal static class InsightRoutes
{
    private const string Tag = "Data";

    private static readonly Insight Example = new()
    {
        Date = new DateOnly(2026, 3, 5), AdAccountId = Parameters.ExampleAccount, Level = "campaign", EntityId = "120210000000000001", CampaignId = "120210000000000001",
        Breakdowns = new JsonObject { ["age"] = "25-34" }, AttributionWindow = "7d_click", Currency = "EUR", Impressions = 1200, Clicks = 30, Reach = 1100, Spend = 25.50m,
        Conversions = 3m, Purchases = 2m, PurchaseValue = 80.00m, Leads = 1m, Revenue = 80.00m, UpdatedAt = new DateTimeOffset(2026, 3, 6, 4, 0, 0, TimeSpan.Zero),
    };

    private static readonly InsightTotals Sums = new(
        "EUR", 1, 1200, 30, null, 25.50m, 3m, 2m, 80.00m, 1m, 80.00m, 0.025m, 0.85m, 21.25m, 8.5m, 0.1m, 3.1372549019607843m, InsightQueries.ReachNote);

    public static void MapInsights(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/tenants/{tenant}/insights", Access.Tenant, new(
            "listInsights", Tag, "Read insights", new AnswerDoc(200, "The rows, all of one moment, by account, day, object and breakdown.", new InsightList([Example], null, [Sums])))
        {
            Description = "Needs level or report: reports repeat each other, so one is read at a time. Money is exact. A long answer comes as a stream, "
                + "compressed for callers that take gzip; one that breaks off ends the connection and is never a shorter file.",
            Parameters =
            [
                new("level", ParameterPlace.Query, typeof(string), $"What a row is about: {string.Join(", ", InsightAsk.Levels)}; without report, the plain daily report of it.", "campaign"),
                ReadParameters.AccountsDoc,
                .. ReadParameters.DaysDoc,
                new("fields", ParameterPlace.Query, typeof(string), "The columns, by commas, in the order wanted; the usual ones when it is left out. Ratios (ctr, cpc, cpm, cpa, conversion_rate, roas), actions and others come when they are named.", "date,campaign_id,spend,roas"),
                new("report", ParameterPlace.Query, typeof(string), "A report by its name (report_definitions).", "campaign_age"),
                new("breakdowns", ParameterPlace.Query, typeof(string), "The report of the level with exactly these breakdowns, by commas.", "age"),
                new("attribution_window", ParameterPlace.Query, typeof(string), "Counts conversions, purchases, leads and their values under this window, one that the report asks for; default: each row's own setting.", "7d_click"),
                new("campaign_id", ParameterPlace.Query, typeof(string), "Only of these campaigns, by commas.", "120210000000000001"),
                new("adset_id", ParameterPlace.Query, typeof(string), "Only of these ad sets, by commas.", "120210000000000002"),
                new("ad_id", ParameterPlace.Query, typeof(string), "Only of these ads, by commas.", "120210000000000003"),
                new("entity_id", ParameterPlace.Query, typeof(string), "Only about these objects, by commas, whatever their level.", "120210000000000001"),
                new("as_of", ParameterPlace.Query, typeof(DateTimeOffset), "The rows as they stood at a moment.", new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero)),
                new("time_increment", ParameterPlace.Query, typeof(string), "day, or all: the sums of each object over all days. Left out: day.", InsightAsk.Day),
                new("totals", ParameterPlace.Query, typeof(bool), "True: the sums of all rows as well, per currency.", true),
                .. ReadParameters.TableDoc,
            ],
        }, ListAsync);

    private static async Task<IResult> ListAsync(
        TenantScope scope, Query query, PageRequest page, InsightServices services, CancellationToken cancellationToken)
    {
        var ask = await InsightAsk.ReadAsync(scope, query, services.Accounts, services.Reports, cancellationToken);
        return services.Answers.Of(scope, new TableAsk(
            "insights", ask.Rows, ask.Format, new ReadParameters(query).Page(page), ask.Totals ? InsightQueries.TotalsOf(ask.Filter) : null));
    }
}

/// <summary>What the route of insights works with.</summary>
internal sealed record InsightServices(AccountDirectory Accounts, ReportCatalogue Reports, TableAnswers Answers);
