using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tenants;

/// <summary>Tenants.</summary>
internal static class TenantRoutes
{
    private const string Tag = "Tenants";
    private const string All = "/v1/tenants";
    private const string One = "/v1/tenants/{tenant}";

    private static readonly Tenant Example = new(
        Guid.Parse("0198a3f2-6a3c-7c1e-9d7b-3f2f0e1c5a77"), Parameters.ExampleTenant, "Acme", "EUR", false, true, new Budget("fixed", 200), new AutoTierBounds("low", "high"),
        new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero));

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        routes.MapRoute("GET", All, Access.AnyKey, new("listTenants", Tag, "List tenants", new AnswerDoc(200, "A page of tenants.", new ListOf<Tenant>([Example], null)))
        {
            Description = "The operator sees all, in the order of their slugs; a tenant's key sees its own.",
            Parameters = Parameters.Page,
        }, ListAsync);
        routes.MapRoute("POST", All, Access.Operator, new(
            "createTenant", Tag, "Make a tenant",
            new AnswerDoc(201, "It was made.", Example), new AnswerDoc(200, "It is there already, with the same content.", Example))
        {
            Body = new NewTenant { Slug = "acme", Name = "Acme", Currency = "EUR", Budget = new NewBudget { Mode = "fixed", CallsPerHour = 200 } },
            Problems = [StatusCodes.Status409Conflict],
        }, CreateAsync);
        routes.MapRoute("GET", One, Access.Tenant, new("getTenant", Tag, "Show a tenant", new AnswerDoc(200, "The tenant.", Example)), Show);
        routes.MapRoute("PATCH", One, Access.Tenant, new("changeTenant", Tag, "Change a tenant", new AnswerDoc(200, "As it is now.", Example))
        {
            Description = "What is left out stays; a budget and the bounds of tier auto are replaced as a whole, and by the operator alone.",
            Body = new TenantChange { Name = "Acme Inc", Budget = new NewBudget { Mode = "meta" }, AutoTier = new NewAutoTier { Min = "low", Max = "medium" } },
        }, ChangeAsync);
        routes.MapRoute("DELETE", One, Access.Operator, new(
            "deleteTenant", Tag, "Delete a tenant", new AnswerDoc(204, "It is gone."), new AnswerDoc(200, "With erase=now: what was erased.", TenantErasure.Example))
        {
            Description = "Nothing of it is synced or found any more, its keys end at once, and its slug stays taken until it is erased, which silos do after a while "
                + "(MetaGrains:Upkeep:EraseAfter). With erase=now every row of it is erased before the answer, also of a tenant that was deleted before; repeated, it answers with no rows.",
            Parameters = [new("erase", ParameterPlace.Query, typeof(string), "now: erases every row of every table, at once and for good.", TenantErasure.Now)],
            TenantMayBeGone = true,
        }, DeleteAsync);
        routes.MapRoute("PUT", One + "/sync", Access.Tenant, new("switchTenant", Tag, "Pause or resume a whole tenant", new AnswerDoc(200, "As it is now.", Example))
        {
            Body = new TenantSwitch { Enabled = true },
        }, SwitchAsync);
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        var found = caller.Tenant is { } own
            ? await OwnAsync(tenants, own.ToString(), page, cancellationToken)
            : await tenants.ListAsync(page.After, page.Fetch, cancellationToken);
        return Answer.Ok(page.Page(found, tenant => tenant.Slug, Tenant.Of));
    }

    private static async Task<IReadOnlyList<TenantRecord>> OwnAsync(TenantDirectory tenants, string id, PageRequest page, CancellationToken cancellationToken) =>
        await tenants.FindAsync(id, cancellationToken) is { } tenant && (page.After is null || string.CompareOrdinal(tenant.Slug, page.After) > 0) ? [tenant] : [];

    private static async Task<IResult> CreateAsync(HttpContext context, Body<NewTenant> body, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        var asked = body.Value;
        if (await tenants.MakeAsync(asked.Slug, asked.Settings, cancellationToken) is { } made)
            return Answer.Created(context, $"/v1/tenants/{made.Slug}", Tenant.Of(made));
        if (await tenants.FindAsync(asked.Slug, cancellationToken) is { } there && IsSame(there, asked.Settings))
            return Answer.Ok(Tenant.Of(there));
        throw ProblemException.Conflict("slug", $"The slug '{asked.Slug}' is taken.", "Choose another slug; PATCH changes the tenant that has it.");
    }

    private static IResult Show(TenantScope scope) => Answer.Ok(Tenant.Of(scope.Tenant));

    private static async Task<IResult> ChangeAsync(
        Caller caller, TenantScope scope, Body<TenantChange> body, TenantDirectory tenants, SiloCalls silo, CancellationToken cancellationToken)
    {
        if (body.Value.OperatorsAlone is { } member && !caller.IsOperator)
            throw ProblemException.Forbidden($"A tenant's key may not change its own {member}.", $"Leave {member} out, or have the operator change it with the operator key.");
        var changed = await tenants.ChangeAsync(scope.Id, body.Value.Settings, cancellationToken) ?? throw Gone(scope);
        if (body.Value.Budget is not null)
            await silo.TellAsync("the tenant's budget", grains => grains.RateLimit(new TenantKey(scope.Id)).ReconfigureAsync());
        return Answer.Ok(Tenant.Of(changed));
    }

    private static async Task<IResult> SwitchAsync(TenantScope scope, Body<TenantSwitch> body, TenantDirectory tenants, CancellationToken cancellationToken)
    {
        // Its accounts may be thousands: the silos hear of it from PostgreSQL.
        var settings = new TenantSettings(null, null, body.Value.Enabled, null, null);
        return Answer.Ok(Tenant.Of(await tenants.ChangeAsync(scope.Id, settings, cancellationToken) ?? throw Gone(scope)));
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext context, Caller caller, Query query, TenantDirectory tenants, TenantErasure erasure, CancellationToken cancellationToken)
    {
        var inPath = (string)context.GetRouteValue("tenant")!;
        if (query.Word("erase", [TenantErasure.Now]) is not null)
            return Answer.Ok(await erasure.EraseAsync(inPath, caller, ProblemWriter.TraceId(context), cancellationToken) ?? throw AuthMiddleware.NoTenant(inPath));
        var scope = context.Features.Get<TenantScope>() ?? throw AuthMiddleware.NoTenant(inPath);
        await tenants.DeleteAsync(scope.Id, cancellationToken);
        return Answer.Done();
    }

    private static bool IsSame(TenantRecord there, TenantSettings asked) =>
        (there.Name, there.Currency, there.SeveralCurrencies, there.BudgetMode, there.CallsPerHour, there.AutoTier)
        == (asked.Name, asked.Currency, asked.SeveralCurrencies, asked.BudgetMode, asked.CallsPerHour, asked.AutoTier ?? TierBounds.All);

    private static ProblemException Gone(TenantScope scope) =>
        ProblemException.NotFound("tenant", $"The tenant '{scope.Tenant.Slug}' was deleted just now.", "GET /v1/tenants lists the tenants.");
}
