using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Freshness;

/// <summary>What people ask before they rely on a number.</summary>
internal static class FreshnessRoutes
{
    private const string Tag = "Data";
    private const string Root = "/v1/tenants/{tenant}";

    private static readonly string[] Reasons = ["restated", "corrected", "backfilled", "shape_changed"];
    private static readonly string[] Metrics = ["spend", "impressions", "clicks", "reach", "conversions", "purchases", "purchase_value", "leads", "revenue"];
    private static readonly string[] Verdicts = ["match", "unattributed", "gap", "held"];
    private static readonly string[] Finalities = ["open", "provisional", "final"];

    private static readonly DateOnly Day = new(2026, 3, 5);
    private static readonly DateTimeOffset Noon = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);

    public static void MapFreshness(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", Root + "/freshness", Access.Tenant, new(
            "listFreshness", Tag, "Show how fresh the data is",
            new AnswerDoc(200, "By account and stream.", new ListOf<FreshnessMark>([new(Parameters.ExampleAccount, "ad_daily", Day, Noon, 600, 14_400, false, true, "active")], null)))
        {
            Description = "An account promises its plain reports at its own interval, objects every four hours and further reports daily; behind is what is older than twice that.",
            Parameters =
            [
                ReadParameters.AccountsDoc,
                new("behind", ParameterPlace.Query, typeof(bool), "Only what is behind its promise (true), or is not (false).", true),
                .. ReadParameters.TableDoc,
            ],
        }, FreshnessAsync);
        routes.MapDays("revisions", "listRevisions", "Show what changed of days that were over", "In the order in which it was seen.",
            new Revision(Noon, Parameters.ExampleAccount, Day, "ad_daily", "ad", "120210000000000003", "", "spend", "restated", 25.50m, 25.75m, 4711),
            [
                new("seen_since", ParameterPlace.Query, typeof(DateTimeOffset), "Only what was seen since this moment, such as that of Monday's report.", new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero)),
                new("report", ParameterPlace.Query, typeof(string), "Only of this report; reports repeat each other.", "ad_daily"),
                new("metric", ParameterPlace.Query, typeof(string), $"Only of this number: {string.Join(", ", Metrics)}.", "spend"),
                new("reason", ParameterPlace.Query, typeof(string), $"Only for this reason: {string.Join(", ", Reasons)}.", "restated"),
            ],
            (parameters, days) => TrustQueries.Revisions(
                days, parameters.Moment("seen_since"), parameters.Name("report"), parameters.Word("metric", Metrics), parameters.Word("reason", Reasons)));
        routes.MapDays("reconciliation", "listReconciliation", "Show whether it matches Ads Manager", "By account, day, report and metric.",
            new ReconciledDay(Parameters.ExampleAccount, Day, "ad_daily", "ad", "spend", "unattributed", 100.00m, 99.50m, 0.50m, Noon, 4711),
            [new("verdict", ParameterPlace.Query, typeof(string), $"Only with this verdict: {string.Join(", ", Verdicts)}.", "gap")],
            (parameters, days) => TrustQueries.Reconciliation(days, parameters.Word("verdict", Verdicts)));
        routes.MapDays("finality", "listFinality", "Show whether days are final", "By account and day; a day that is not listed was never read.",
            new DayFinality(Parameters.ExampleAccount, Day, "provisional", false, Noon, null),
            [new("finality", ParameterPlace.Query, typeof(string), $"Only days that are this: {string.Join(", ", Finalities)}.", "provisional")],
            (parameters, days) => TrustQueries.Finality(days, parameters.Word("finality", Finalities)));
    }

    private static void MapDays<T>(
        this IEndpointRouteBuilder routes, string segment, string id, string summary, string answer, T example, ParameterDoc[] filters,
        Func<ReadParameters, DayFilter, TenantQuery> ask) =>
        routes.MapRoute("GET", $"{Root}/{segment}", Access.Tenant, new(id, Tag, summary, new AnswerDoc(200, answer, new ListOf<T>([example], null)))
        {
            Parameters = [ReadParameters.AccountsDoc, .. ReadParameters.DaysDoc, .. filters, .. ReadParameters.TableDoc],
        }, async (TenantScope scope, Query query, PageRequest page, FreshnessServices services, CancellationToken cancellationToken) =>
        {
            var parameters = new ReadParameters(query);
            var format = parameters.Format();
            var (since, until) = parameters.Days();
            // Once to hear of everything that is wrong, before an account is looked for.
            ask(parameters, new DayFilter(null, since, until));
            var accounts = await parameters.AccountsAsync(scope.Id, services.Accounts, cancellationToken);
            return services.Answers.Of(scope, new TableAsk(segment, ask(parameters, new DayFilter(accounts, since, until)), format, parameters.Page(page)));
        });

    private static async Task<IResult> FreshnessAsync(
        TenantScope scope, Query query, PageRequest page, FreshnessServices services, CancellationToken cancellationToken)
    {
        var parameters = new ReadParameters(query);
        var (format, behind) = (parameters.Format(), parameters.Flag("behind"));
        var accounts = await parameters.AccountsAsync(scope.Id, services.Accounts, cancellationToken);
        return services.Answers.Of(
            scope, new TableAsk("freshness", TrustQueries.Freshness(accounts, behind, services.Clock.GetUtcNow()), format, parameters.Page(page)));
    }
}

/// <summary>What these routes work with.</summary>
internal sealed record FreshnessServices(AccountDirectory Accounts, TableAnswers Answers, TimeProvider Clock);
