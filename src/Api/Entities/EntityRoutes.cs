using System.Text.Json.Nodes;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Reads;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Entities;

/// <summary>Campaigns, ad sets, ads and creatives, and how they were described before.</summary>
internal static class EntityRoutes
{
    private const string Tag = "Data";
    private const string ExampleCampaign = "120210000000000001";
    private const string ExampleAdSet = "120210000000000002";

    private static readonly DateTimeOffset Noon = new(2026, 3, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly Campaign Campaign = new(
        Parameters.ExampleAccount, ExampleCampaign, "Spring", "OUTCOME_SALES", "ACTIVE", "ACTIVE", "ACTIVE", "AUCTION", "LOWEST_COST_WITHOUT_CAP",
        5000m, null, 1200m, null, [], Noon, null, Noon, Noon, null, null, Noon, Noon, null);

    private static readonly AdSet AdSet = new(
        Parameters.ExampleAccount, ExampleAdSet, ExampleCampaign, "Czechia 25-45", "ACTIVE", "ACTIVE", "ACTIVE", null, null, null, null, null, "IMPRESSIONS",
        "OFFSITE_CONVERSIONS", "WEBSITE", "SUCCESS", Noon, null, Noon, Noon, ["CZ"], 25, 45, null, ["facebook"], null, null, null, false,
        new JsonObject { ["age_min"] = 25 }, null, null, null, Noon, Noon, null);

    private static readonly Ad Ad = new(
        Parameters.ExampleAccount, "120210000000000003", ExampleAdSet, ExampleCampaign, "120210000000000004", "Blue", "ACTIVE", "ACTIVE", "ACTIVE", null, null,
        Noon, Noon, null, null, null, null, Noon, Noon, null);

    private static readonly Creative Creative = new(
        Parameters.ExampleAccount, "120210000000000004", "Blue", "ACTIVE", "SHARE", "Spring is here", "All of it new.", "SHOP_NOW", null, null, null, null, null, null, null,
        null, null, null, null, new JsonArray(), null, null, Noon, Noon, null);

    private static readonly EntityVersion Version = new(
        Parameters.ExampleAccount, "campaign", ExampleCampaign, Noon, null, ["name"], new JsonObject { ["name"] = "Spring" });

    public static void MapEntities(this IEndpointRouteBuilder routes)
    {
        routes.MapKind("campaigns", "Campaigns", "campaigns", EntityQueries.Campaigns, Campaign);
        routes.MapKind("ad-sets", "AdSets", "ad sets", EntityQueries.AdSets, AdSet);
        routes.MapKind("ads", "Ads", "ads", EntityQueries.Ads, Ad);
        routes.MapKind("creatives", "Creatives", "creatives", EntityQueries.Creatives, Creative);
    }

    private static void MapKind<T>(this IEndpointRouteBuilder routes, string segment, string name, string words, EntityTable table, T example)
    {
        var path = $"/v1/tenants/{{tenant}}/{segment}";
        routes.MapRoute("GET", path, Access.Tenant, new($"list{name}", Tag, $"List {words}", new AnswerDoc(200, "By account and id.", new ListOf<T>([example], null)))
        {
            Parameters = [.. Filters(table), .. ReadParameters.TableDoc],
        }, (TenantScope scope, Query query, PageRequest page, EntityServices services, CancellationToken cancellationToken) =>
            ListAsync(table, segment, scope, query, page, services, cancellationToken));
        routes.MapRoute("GET", path + "/{id}/history", Access.Tenant, new(
            $"listHistoryOf{name}", Tag, $"Show how one of the {words} was described", new AnswerDoc(200, "Oldest first.", new ListOf<EntityVersion>([Version], null)))
        {
            Parameters = ReadParameters.TableDoc,
        }, (HttpContext context, TenantScope scope, Query query, PageRequest page, EntityServices services, CancellationToken cancellationToken) =>
            HistoryAsync(table, segment, context, scope, query, page, services, cancellationToken));
    }

    private static IEnumerable<ParameterDoc> Filters(EntityTable table)
    {
        yield return ReadParameters.AccountsDoc;
        yield return new("id", ParameterPlace.Query, typeof(string), "Only these, by commas.", ExampleCampaign);
        yield return new("status", ParameterPlace.Query, typeof(string), "Only those that their owner switched to this, by commas.", "ACTIVE,PAUSED");
        if (table.Has("effective_status"))
            yield return new("effective_status", ParameterPlace.Query, typeof(string), "Only those that are this, with all that stands above them, by commas.", "ACTIVE");
        if (table != EntityQueries.Campaigns && table.Has("campaign_id"))
            yield return new("campaign_id", ParameterPlace.Query, typeof(string), "Only of these campaigns, by commas.", ExampleCampaign);
        if (table != EntityQueries.AdSets && table.Has("adset_id"))
            yield return new("adset_id", ParameterPlace.Query, typeof(string), "Only of these ad sets, by commas.", ExampleAdSet);
        yield return new("include_deleted", ParameterPlace.Query, typeof(bool), "True: also those that Meta does not have any more.", true);
    }

    private static async Task<IResult> ListAsync(
        EntityTable table, string name, TenantScope scope, Query query, PageRequest page, EntityServices services, CancellationToken cancellationToken)
    {
        var parameters = new ReadParameters(query);
        var format = parameters.Format();
        var filter = new EntityFilter
        {
            Ids = parameters.Ids("id"), Statuses = parameters.Capitals("status"), EffectiveStatuses = parameters.Capitals("effective_status"),
            Campaigns = parameters.Ids("campaign_id"), AdSets = parameters.Ids("adset_id"), Deleted = parameters.Flag("include_deleted") == true,
        };
        filter = filter with { Accounts = await parameters.AccountsAsync(scope.Id, services.Accounts, cancellationToken) };
        return services.Answers.Of(scope, new TableAsk(name, EntityQueries.Of(table, filter), format, parameters.Page(page)));
    }

    private static async Task<IResult> HistoryAsync(
        EntityTable table, string name, HttpContext context, TenantScope scope, Query query, PageRequest page, EntityServices services, CancellationToken cancellationToken)
    {
        var id = (string)context.GetRouteValue("id")!;
        var parameters = new ReadParameters(query);
        var format = parameters.Format();
        if (id.Length > 32 || !id.All(char.IsAsciiDigit))
            parameters.Faults.Add("id", "The id in the path is no id of Meta's.", "Send digits, as the list shows them.");
        parameters.Faults.Throw();
        return await services.Entities.ExistsAsync(scope.Id, table, id, cancellationToken)
            ? services.Answers.Of(scope, new TableAsk($"{name}-{id}", EntityQueries.History(table, id), format, parameters.Page(page)))
            : throw ProblemException.NotFound("id", $"The tenant has no {table.Kind} {id}.", $"GET /v1/tenants/{scope.Tenant.Slug}/{name} lists what it has.");
    }
}

/// <summary>What the routes of entities work with.</summary>
internal sealed record EntityServices(AccountDirectory Accounts, EntityDirectory Entities, TableAnswers Answers);
