using MetaGrains.Api.Accounts;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Tiers;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Sync;

/// <summary>What changes of all accounts of a tenant, or of those of a tier; what is left out stays.</summary>
public sealed record SyncSetChange : IChecked
{
    /// <summary>True enables, false pauses.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The tier that they move to, or auto.</summary>
    public string? Tier { get; init; }

    /// <summary>Only accounts that are in this tier now.</summary>
    public string? OfTier { get; init; }

    void IChecked.Check(Faults faults)
    {
        if (Enabled is null && Tier is null)
            faults.Add("enabled", "The body changes nothing.", "Send at least one of: enabled, tier.");
    }
}

/// <summary>How many accounts a change concerned.</summary>
/// <param name="Selected">Accounts that were meant.</param>
/// <param name="Changed">Those that were otherwise before.</param>
/// <param name="Message">The same in words.</param>
public sealed record SyncSetResult(int Selected, int Changed, string Message);

/// <summary>The sync of many accounts at once.</summary>
internal static class SetSyncRoutes
{
    private static readonly SyncSetResult Example = new(400, 388, "388 of 400 accounts were changed; they hear of it within seconds.");

    public static void MapSetSync(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("PUT", AccountRoutes.All + "/sync", Access.Tenant, new("changeSyncOfMany", AccountRoutes.Tag, "Enable, pause or move many accounts", new AnswerDoc(200, "How many.", Example))
        {
            Description = "One statement, however many they are; it is accepted whether or not a silo runs, and the same again changes nothing. "
                + "In tier auto an account moves between the tiers by its spend and what changes in it, within its tenant's auto_tier; naming a tier ends that.",
            Body = new SyncSetChange { Tier = "low", OfTier = "medium" },
        }, ChangeAsync);

    private static async Task<IResult> ChangeAsync(
        TenantScope scope, Body<SyncSetChange> body, AccountSwitches accounts, TierStore tiers, CancellationToken cancellationToken)
    {
        await TierRules.RequireChoiceAsync("tier", body.Value.Tier, tiers, cancellationToken);
        await TierRules.RequireAsync("of_tier", body.Value.OfTier, tiers, cancellationToken);
        var (selected, changed) = await accounts.SetAsync(scope.Id, new AccountSelection(body.Value.OfTier), new AccountsChange(body.Value.Enabled, body.Value.Tier), cancellationToken);
        return Answer.Ok(new SyncSetResult(selected, changed, $"{changed} of {selected} {(selected == 1 ? "account was" : "accounts were")} changed; they hear of it within seconds."));
    }
}
