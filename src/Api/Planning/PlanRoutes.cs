using System.Collections.Immutable;
using System.Globalization;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Api.Tiers;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Planning;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Planning;

/// <summary>What a plan works with.</summary>
internal sealed record PlanServices(PlanStore Plans, TierStore Tiers, ReportDefinitionStore Reports, SiloCalls Silo, ApiSettings Settings);

/// <summary>The planner.</summary>
internal static class PlanRoutes
{
    private const int MostAccounts = 1_000_000;
    private const int PageLimit = 500;
    private const double UnknownRowsPerDay = 20;

    private static readonly Plan Example = new(
        2216.7, 180, 12.315, [new PlannedTier("high", 400, 2216.7, 12.315, 60, 738.9, [new PlannedJob("tier", 24, 4, true)])], 0, 0, "It needs 1,232 % of what the budget allows: high will be late.");

    public static void MapPlan(this IEndpointRouteBuilder routes) =>
        routes.MapRoute("GET", "/v1/tenants/{tenant}/plan", Access.Tenant, new("plan", "Tenants", "Say what accounts will cost", new AnswerDoc(200, "The forecast.", Example))
        {
            Description = "From the average calls of the tenant's own runs of two weeks; what was never run is estimated from the size of its answers. Nothing is changed by asking.",
            Parameters =
            [
                new("add_accounts", ParameterPlace.Query, typeof(int), "Accounts that are added to those there are.", 400),
                new("tier", ParameterPlace.Query, typeof(string), "Their tier. Without it: medium.", "high"),
                new("breakdowns", ParameterPlace.Query, typeof(string), "Campaign reports that all accounts read once a day besides: age_gender, country, placement, region or device, several by commas.", "country"),
                new("backfill_months", ParameterPlace.Query, typeof(int), "Old months that are read of each account that is added.", 12),
            ],
        }, ShowAsync);

    private static async Task<IResult> ShowAsync(TenantScope scope, Query query, PlanServices services, CancellationToken cancellationToken)
    {
        var faults = new Faults();
        var (added, months) = (Number("add_accounts", MostAccounts), Number("backfill_months", AccountCalendar.HistoryMonths));
        faults.Throw();
        var tier = query.Text("tier") ?? "medium";
        await TierRules.RequireAsync("tier", tier, services.Tiers, cancellationToken);
        var basis = await services.Plans.BasisAsync(scope.Id, cancellationToken);
        var more = await BreakdownsAsync(query.Text("breakdowns"), basis, services.Reports, cancellationToken);

        var estimate = new CallEstimate(basis.Learned, basis.RowsPerDay ?? UnknownRowsPerDay, PageLimit);
        TierLoad[] loads = [.. from known in basis.Tiers
                               let accounts = known.Accounts + (known.Tier.Name == tier ? added : 0)
                               select new TierLoad(known.Tier, accounts, estimate.LoadsOf(SettingsOf(known.Tier, basis, services.Settings), more))];
        var backfill = added * estimate.BackfillOf(SettingsOf(basis.Tiers.First(known => known.Tier.Name == tier).Tier, basis, services.Settings), months);
        return Answer.Ok(Plan.Of(CallPlan.Of(loads, await AllowanceAsync(scope, basis, services.Silo, cancellationToken), backfill), loads));

        int Number(string name, int most)
        {
            if (query.Text(name) is not { } text)
                return 0;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > most)
                faults.Add(name, $"{name} is '{Quoted.Of(text)}'.", $"Send a whole number from 0 to {most}.");
            return number;
        }
    }

    // The reports exist, switched off: what one would cost is asked before it is switched on.
    private static async Task<ImmutableArray<InsightsReport>> BreakdownsAsync(
        string? names, PlanBasis basis, ReportDefinitionStore reports, CancellationToken cancellationToken)
    {
        if (names is null)
            return [];
        var known = (await reports.OfEverybodyAsync(cancellationToken)).Where(report => report.Level == InsightsLevel.Campaign && !report.Breakdowns.IsEmpty)
            .ToDictionary(report => report.Name["campaign_".Length..^"_daily".Length], StringComparer.Ordinal);
        var faults = new Faults();
        foreach (var name in names.Split(','))
            faults.OneOf("breakdowns", name, known.Keys);
        faults.Throw();
        return [.. names.Split(',').Distinct().Select(name => known[name]).Where(report => basis.Reports.All(read => read.Name != report.Name))];
    }

    private static AccountSettings SettingsOf(Tier tier, PlanBasis basis, ApiSettings settings) => new()
    {
        Version = "", Enabled = true, TenantEnabled = true, Tier = tier, Reports = basis.Reports,
        Calendar = AccountCalendar.TryCreate("UTC", out var utc) ? utc : throw new InvalidOperationException("There is no UTC."),
        FreshInterval = settings.FreshCooldown > TimeSpan.Zero ? settings.FreshCooldown : null,
    };

    // In mode meta only what all accounts share bounds their number: a limit per account grows with them.
    private static async Task<double?> AllowanceAsync(TenantScope scope, PlanBasis basis, SiloCalls silo, CancellationToken cancellationToken)
    {
        if (scope.Tenant.BudgetMode == "fixed")
        {
            var rules = new BudgetRules { Mode = BudgetMode.Fixed };
            return (scope.Tenant.CallsPerHour is { } limit ? rules with { CallsPerHour = limit } : rules).Cap * Math.Max(1, basis.Connections);
        }

        var status = await silo.LookAsync("the tenant's budget", async grains => await grains.RateLimit(new TenantKey(scope.Id)).GetStatusAsync(), cancellationToken);
        var shared = status?.Scopes.Where(known => known.Scope.StartsWith("user/", StringComparison.Ordinal) || known.Scope.StartsWith("app/", StringComparison.Ordinal))
            .Select(known => known.AllowancePerHour).OfType<double>().ToArray();
        return shared is { Length: > 0 } ? shared.Min() : null;
    }
}
