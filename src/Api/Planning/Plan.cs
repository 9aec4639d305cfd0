using System.Globalization;
using MetaGrains.Core.Planning;

namespace MetaGrains.Api.Planning;

/// <summary>What a tenant's accounts, and those that are added, will cost.</summary>
/// <param name="CallsPerHour">Calls to Meta that all of their work needs.</param>
/// <param name="AllowancePerHour">Calls that the budget allows; null where Meta has not said yet.</param>
/// <param name="Share">How much of the allowance is needed; above 1 it does not suffice.</param>
/// <param name="Tiers">By tier, in the order in which they are served.</param>
/// <param name="BackfillCalls">Calls of the backfill of the accounts that are added.</param>
/// <param name="BackfillDays">Days that it takes with what is left; null where nothing is left or the allowance is not known.</param>
/// <param name="Message">The same in words.</param>
public sealed record Plan(
    double CallsPerHour, double? AllowancePerHour, double? Share, IReadOnlyList<PlannedTier> Tiers, double BackfillCalls, double? BackfillDays, string Message)
{
    internal static Plan Of(CallForecast forecast, IReadOnlyCollection<TierLoad> loads) => new(
        Round(forecast.CallsPerHour), forecast.AllowancePerHour is { } allowed ? Round(allowed) : null, forecast.Share is { } share ? Math.Round(share, 3) : null,
        [.. forecast.Tiers.Select(tier => PlannedTier.Of(tier, loads.First(load => load.Tier.Name == tier.Tier)))],
        Math.Round(forecast.BackfillCalls), forecast.BackfillDays is { } days ? Math.Round(days, 1) : null, Words(forecast));

    internal static double Round(double value) => Math.Round(value, 1);

    private static string Words(CallForecast forecast) => forecast switch
    {
        { Share: null } => "What the budget allows is not known yet.",
        { Share: <= 1 } => string.Create(CultureInfo.InvariantCulture, $"It needs {forecast.Share:P0} of what the budget allows; every tier reaches its interval."),
        _ => string.Create(CultureInfo.InvariantCulture, $"It needs {forecast.Share:P0} of what the budget allows: {string.Join(", ", forecast.Tiers.Where(tier => tier.Accounts > 0 && tier.ReachedMinutes != tier.PromisedMinutes).Select(tier => tier.Tier))} will be late."),
    };
}

/// <summary>What the accounts of a tier cost and get.</summary>
/// <param name="Tier">Its name.</param>
/// <param name="Accounts">How many accounts there will be.</param>
/// <param name="CallsPerHour">Calls that all of their work needs.</param>
/// <param name="Share">How much of the allowance that is.</param>
/// <param name="PromisedMinutes">The tier's interval.</param>
/// <param name="ReachedMinutes">The interval that is reached; null: nothing is left for the tier.</param>
/// <param name="Jobs">What one account does.</param>
public sealed record PlannedTier(
    string Tier, int Accounts, double CallsPerHour, double? Share, double PromisedMinutes, double? ReachedMinutes, IReadOnlyList<PlannedJob> Jobs)
{
    internal static PlannedTier Of(TierForecast forecast, TierLoad load) => new(
        forecast.Tier, forecast.Accounts, Plan.Round(forecast.CallsPerHour), forecast.Share is { } share ? Math.Round(share, 3) : null,
        forecast.PromisedMinutes, forecast.ReachedMinutes is { } minutes ? Plan.Round(minutes) : null,
        [.. load.Jobs.Select(job => new PlannedJob(Core.Schedule.SyncJobs.WireName(job.Job), Plan.Round(job.PerDay), Plan.Round(job.CallsPerRun), job.IsLearned))]);
}

/// <summary>What one account does.</summary>
/// <param name="Job">The job.</param>
/// <param name="RunsPerDay">Runs in a day.</param>
/// <param name="CallsPerRun">Calls of one.</param>
/// <param name="Learned">Whether that is the average of the tenant's runs; else it is estimated.</param>
public sealed record PlannedJob(string Job, double RunsPerDay, double CallsPerRun, bool Learned);
