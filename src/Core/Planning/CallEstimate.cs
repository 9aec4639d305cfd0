using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync.Shapes;

namespace MetaGrains.Core.Planning;

/// <summary>The average of runs that were made.</summary>
/// <param name="Tier">The tier of their accounts; null for all tiers.</param>
/// <param name="Job">The job.</param>
/// <param name="Runs">How many.</param>
/// <param name="Calls">Calls of one.</param>
public readonly record struct LearnedCalls(string? Tier, SyncJob Job, long Runs, double Calls);

/// <summary>What the jobs of an account cost: as learned, else as estimated from how large their answers will be.</summary>
/// <param name="Learned">Averages of runs that were made.</param>
/// <param name="RowsPerDay">Rows of one report and day.</param>
/// <param name="PageLimit">Rows of a page.</param>
public sealed record CallEstimate(ImmutableArray<LearnedCalls> Learned, double RowsPerDay, int PageLimit)
{
    /// <summary>Runs that must have been made for their average to count.</summary>
    public const int Enough = 3;

    // Kinds of objects, by a call for changes, for ads that are archived and for their parents; creatives wait for the whole.
    private const int EntityCalls = 4;

    /// <summary>What an account of a tier does.</summary>
    /// <param name="settings">Its settings: reports, intervals, tier.</param>
    /// <param name="added">Reports that are read beside those, by the jobs that they name.</param>
    public ImmutableArray<JobLoad> LoadsOf(AccountSettings settings, ImmutableArray<InsightsReport> added = default)
    {
        var reports = added.IsDefault ? [] : added;
        var offset = new AccountOffset(0);
        return
        [
            .. from job in SyncJobs.All
               where job.IsPlanned()
               let rule = settings.RecurrenceOf(job)
               where rule is not null
               let interval = rule.IntervalAfter(rule.NextAfter(DateTimeOffset.UnixEpoch, offset), offset)
               let known = KnownOf(settings.Tier.Name, job)
               let more = reports.Where(report => report.Jobs.Contains(job)).Sum(report => CallsOf(DaysOf(job, settings), FactorOf(report)))
               select new JobLoad(job, TimeSpan.FromDays(1) / interval, (known ?? Estimated(job, settings)) + more, known is not null),
        ];
    }

    /// <summary>Calls that old months of one account take.</summary>
    public double BackfillOf(AccountSettings settings, int months) =>
        months * SyncPlan.ReportsOf(SyncJob.Backfill, settings.PlanInputs).Sum(report => CallsOf(30, FactorOf(report)));

    /// <summary>How many times the rows of a report its breakdowns make, as far as one can know before.</summary>
    public static double FactorOf(InsightsReport report) => report.Breakdowns.Aggregate(1.0, (factor, breakdown) => factor * breakdown switch
    {
        "country" => 5,
        "age" => 6,
        "gender" => 3,
        "publisher_platform" => 4,
        "platform_position" => 5,
        "impression_device" => 6,
        "region" => 20,
        _ => breakdown.StartsWith("hourly", StringComparison.Ordinal) ? 24 : 5,
    });

    private double? KnownOf(string tier, SyncJob job)
    {
        var own = Learned.FirstOrDefault(learned => learned.Tier == tier && learned.Job == job);
        if (own.Runs >= Enough)
            return own.Calls;
        var all = Learned.FirstOrDefault(learned => learned.Tier is null && learned.Job == job);
        // Days of a tier are its own; what other jobs read does not depend on it.
        return all.Runs >= Enough && job != SyncJob.Tier ? all.Calls : null;
    }

    private double Estimated(SyncJob job, AccountSettings settings) =>
        job == SyncJob.Entities
            ? EntityCalls
            : SyncPlan.ReportsOf(job, settings.PlanInputs).Sum(report => CallsOf(DaysOf(job, settings), FactorOf(report)));

    private double CallsOf(int days, double factor)
    {
        var size = new FetchSize((long)Math.Ceiling(RowsPerDay * days * factor), days, PageLimit);
        return FetchModes.Calls(FetchModes.Choose(size), size);
    }

    private static int DaysOf(SyncJob job, AccountSettings settings) => job switch
    {
        SyncJob.Tier => settings.PlanInputs.TierDays,
        SyncJob.Fresh => Math.Max(1, settings.AttributionWindowDays - 1),
        SyncJob.Incremental => SyncPlan.IncrementalOverlapDays + 1,
        _ => SyncPlan.DeepDays,
    };
}
