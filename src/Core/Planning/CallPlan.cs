using System.Collections.Immutable;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Planning;

/// <summary>A job of the accounts of one tier.</summary>
/// <param name="Job">The job.</param>
/// <param name="PerDay">Runs of one account in a day.</param>
/// <param name="CallsPerRun">Calls of one run.</param>
/// <param name="IsLearned">Whether that is the average of runs that were made; else it is estimated.</param>
public sealed record JobLoad(SyncJob Job, double PerDay, double CallsPerRun, bool IsLearned);

/// <summary>The accounts of one tier.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Accounts">How many.</param>
/// <param name="Jobs">What each of them does.</param>
public sealed record TierLoad(Tier Tier, int Accounts, ImmutableArray<JobLoad> Jobs)
{
    /// <summary>Calls of all of them in an hour.</summary>
    public double CallsPerHour => Accounts * Jobs.Sum(job => job.PerDay * job.CallsPerRun) / 24;

    /// <summary>Those of them that keep the last days fresh: runs of <see cref="SyncJob.Tier"/>.</summary>
    public double TierCallsPerHour => Accounts * Jobs.Where(job => job.Job == SyncJob.Tier).Sum(job => job.PerDay * job.CallsPerRun) / 24;
}

/// <summary>What the accounts of one tier get.</summary>
/// <param name="Tier">The tier's name.</param>
/// <param name="Accounts">How many there are.</param>
/// <param name="CallsPerHour">What all of their work needs.</param>
/// <param name="Share">How much of the allowance that is; null where there is none.</param>
/// <param name="PromisedMinutes">The tier's interval.</param>
/// <param name="ReachedMinutes">The interval that is reached; null: nothing is left for the tier.</param>
public sealed record TierForecast(string Tier, int Accounts, double CallsPerHour, double? Share, double PromisedMinutes, double? ReachedMinutes);

/// <summary>What a number of accounts will cost.</summary>
/// <param name="CallsPerHour">What all of their work needs.</param>
/// <param name="AllowancePerHour">What the budget allows; null where it is not known.</param>
/// <param name="Share">How much of the allowance is needed; above 1 it does not suffice.</param>
/// <param name="Tiers">By tier, in the order in which they are served.</param>
/// <param name="BackfillCalls">Calls of the backfill.</param>
/// <param name="BackfillDays">Days that it takes; null: it never ends, or the allowance is not known.</param>
public sealed record CallForecast(
    double CallsPerHour, double? AllowancePerHour, double? Share, ImmutableArray<TierForecast> Tiers, double BackfillCalls, double? BackfillDays);

/// <summary>
/// What accounts will cost, before they are there. HIGH is served before MEDIUM before LOW, so a tier reaches its interval
/// when the tiers before it and itself fit into the allowance; the first that does not has its interval stretched by what is
/// missing. A backfill gets what is left.
/// </summary>
public static class CallPlan
{
    /// <summary>Plans.</summary>
    /// <param name="loads">The accounts.</param>
    /// <param name="allowancePerHour">Calls that the budget allows in an hour; null: not known.</param>
    /// <param name="backfillCalls">Calls that old months will take, in all.</param>
    public static CallForecast Of(IReadOnlyCollection<TierLoad> loads, double? allowancePerHour, double backfillCalls = 0)
    {
        var left = allowancePerHour ?? double.PositiveInfinity;
        var tiers = ImmutableArray.CreateBuilder<TierForecast>(loads.Count);
        foreach (var load in loads.OrderBy(load => load.Tier.Priority).ThenBy(load => load.Tier.IntervalMinutes).ThenBy(load => load.Tier.Name, StringComparer.Ordinal))
        {
            var needed = load.CallsPerHour;
            tiers.Add(new TierForecast(
                load.Tier.Name, load.Accounts, needed, allowancePerHour is > 0 and var allowed ? needed / allowed : null,
                load.Tier.IntervalMinutes, needed <= left ? load.Tier.IntervalMinutes : left > 0 ? load.Tier.IntervalMinutes * needed / left : null));
            left = Math.Max(0, left - needed);
        }

        var all = loads.Sum(load => load.CallsPerHour);
        return new CallForecast(
            all, allowancePerHour, allowancePerHour is > 0 and var cap ? all / cap : null, tiers.ToImmutable(), backfillCalls,
            backfillCalls <= 0 ? 0 : double.IsFinite(left) && left > 0 ? backfillCalls / left / 24 : null);
    }
}
