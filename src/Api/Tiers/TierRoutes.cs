using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tiers;

/// <summary>Tiers.</summary>
internal static class TierRoutes
{
    private const string Tag = "Tiers";
    private const string All = "/v1/tiers";

    private static readonly SyncTier Example = new("medium", 120, 3, null, "Standard clients (default)");

    public static void MapTiers(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", All, Access.AnyKey, new("listTiers", Tag, "List tiers", new AnswerDoc(200, "All tiers, the most frequent first.", new ListOf<SyncTier>([Example], null)))
        {
            Parameters = Parameters.Page,
        }, ListAsync);
        routes.MapRoute("PUT", All + "/{tier}", Access.Operator, new("changeTier", Tag, "Change a tier", new AnswerDoc(200, "As it is now.", Example))
        {
            Description = "It reaches running accounts within seconds. What is left out stays; a cron of null gives the interval back.",
            Body = new TierChange { IntervalMinutes = 90, DateRangeDays = 3, Cron = "*/20 6-22 * * MON-FRI" },
        }, ChangeAsync);
    }

    private static async Task<IResult> ListAsync(PageRequest page, TierStore tiers, CancellationToken cancellationToken)
    {
        (int Minutes, string Name) after = page.After?.Split('/', 2) switch
        {
            null => (0, ""),
            [var minutes, var name] when int.TryParse(minutes, out var number) => (number, name),
            _ => throw PageRequest.BadCursor(),
        };
        // There are a handful, so the page is cut here.
        var rest = (await tiers.ListAsync(cancellationToken))
            .OrderBy(tier => tier.IntervalMinutes).ThenBy(tier => tier.Name, StringComparer.Ordinal)
            .Where(tier => tier.IntervalMinutes > after.Minutes || (tier.IntervalMinutes == after.Minutes && string.CompareOrdinal(tier.Name, after.Name) > 0));
        return Answer.Ok(page.Page([.. rest.Take(page.Fetch)], tier => $"{tier.IntervalMinutes}/{tier.Name}", SyncTier.Of));
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, Body<TierChange> body, TierStore tiers, CancellationToken cancellationToken)
    {
        var name = (string)context.GetRouteValue("tier")!;
        var changed = name.Any(char.IsControl)
            ? null
            : await tiers.UpdateAsync(name, body.Value.IntervalMinutes, body.Value.DateRangeDays, body.Value.CronToSet, cancellationToken);
        if (changed is not null)
            return Answer.Ok(SyncTier.Of(changed));
        var known = (await tiers.ListAsync(cancellationToken)).Select(tier => tier.Name).ToArray();
        throw ProblemException.NotFound("tier", $"There is no tier '{Quoted.Of(name)}'.", $"{NearestName.Hint(name, known)}The tiers are: {string.Join(", ", known)}.");
    }
}
