using System.Collections.Immutable;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Schedule;

/// <summary>What a plan depends on, beside the job and the time.</summary>
/// <param name="Calendar">The account's own calendar.</param>
/// <param name="Tier">The account's tier.</param>
/// <param name="AttributionWindowDays">W of the table in design section 4; clamped to 1 to <see cref="SyncPlan.MaxAttributionDays"/>.</param>
/// <param name="Reports">The account's reports; each says which jobs read it.</param>
public sealed record PlanInputs(AccountCalendar Calendar, Tier Tier, int AttributionWindowDays, ImmutableArray<InsightsReport> Reports)
{
    /// <summary>Days, today included, that <c>tier</c> and <c>fresh</c> read at least, as learned: <see cref="Lookback"/>. Zero: nothing was learned.</summary>
    public int LookbackDays { get; init; }

    /// <summary>Days that a run of <c>tier</c> reads, today included.</summary>
    public int TierDays => Math.Max(Math.Max(1, Tier.DateRangeDays), LookbackDays);
}

/// <summary>
/// Which days and reports a run of a job reads (design section 4, Jobs). A window never reaches beyond Meta's 37 months
/// and never into the future of the account's own zone.
/// </summary>
public static class SyncPlan
{
    /// <summary>Longest attribution window of Meta's, in days.</summary>
    public const int MaxAttributionDays = 28;

    /// <summary>Days of <c>incremental</c>, today included.</summary>
    public const int IncrementalDays = 30;

    /// <summary>Days before the cursor that <c>incremental</c> reads again, since Meta restates them.</summary>
    public const int IncrementalOverlapDays = 3;

    /// <summary>Complete days of <c>initial</c>.</summary>
    public const int InitialDays = 7;

    /// <summary>Complete days of <c>deep</c> and <c>reconcile</c>: as long as Meta restates.</summary>
    public const int DeepDays = 28;

    /// <summary>The report that only <c>initial</c> reads: ads that run or are paused.</summary>
    public static InsightsReport ActiveAds { get; } = InsightsReport.Daily(InsightsLevel.Ad) with
    {
        Name = "ad_active_daily",
        Filtering = [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE", "PAUSED"])],
    };

    private static string AccountTotals { get; } = InsightsReport.Daily(InsightsLevel.Account).Name;

    private static ImmutableArray<InsightsReport> FirstReports { get; } = [ActiveAds, InsightsReport.Daily(InsightsLevel.Ad)];

    /// <summary>Plans a run of a job by its own rule.</summary>
    /// <param name="cursor">The last day that the job has published, or null before its first run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The job has no plan here: see <see cref="SyncJobs.IsPlanned"/>.</exception>
    public static PlannedRun For(SyncJob job, PlanInputs inputs, DateOnly? cursor, DateTimeOffset now)
    {
        var today = inputs.Calendar.Today(now);
        return job switch
        {
            SyncJob.Tier => Run(job, inputs, now, today.AddDays(1 - inputs.TierDays), today),
            SyncJob.Initial => Run(job, inputs, now, today.AddDays(-InitialDays), today.AddDays(-1)),
            SyncJob.Fresh => Fresh(inputs, now, today),
            SyncJob.Incremental => Incremental(inputs, cursor, now, today),
            SyncJob.Deep or SyncJob.Reconcile => Run(job, inputs, now, today.AddDays(-DeepDays), today.AddDays(-1)),
            SyncJob.Entities => Run(job, inputs, now, today, today),
            _ => throw new ArgumentOutOfRangeException(nameof(job), job, "No plan for this job."),
        };
    }

    /// <summary>The reports that a job reads, in their order; none when no definition names the job.</summary>
    public static ImmutableArray<InsightsReport> ReportsOf(SyncJob job, PlanInputs inputs)
    {
        var named = inputs.Reports.All(report => report.Jobs.Contains(job)) ? inputs.Reports : inputs.Reports.RemoveAll(report => !report.Jobs.Contains(job));
        return job switch
        {
            SyncJob.Entities => [],
            // Sums of rows are held against the account's own answer, which has one name.
            SyncJob.Reconcile => [.. inputs.Reports.Where(report => report.Name == AccountTotals)],
            SyncJob.Initial => [.. FirstReports, .. named.Where(report => FirstReports.All(first => first.Name != report.Name))],
            _ => named,
        };
    }

    /// <summary>Plans a run over days that somebody asked for, as far as Meta answers for them.</summary>
    /// <returns>Null when none of the days can be asked for; <see cref="AccountCalendar.Refuse"/> says why.</returns>
    public static PlannedRun? ForRange(SyncJob job, PlanInputs inputs, DateRange range, DateTimeOffset now)
    {
        var (oldest, today) = (inputs.Calendar.Oldest(now), inputs.Calendar.Today(now));
        if (range.Until < oldest || range.Since > today)
            return null;
        return new PlannedRun(job, Clamp(range.Since, range.Until, oldest, today), ReportsOf(job, inputs), PriorityOf(job, inputs), MovesCursor: false, Uncovered: null);
    }

    /// <summary>Plans a run over a date preset.</summary>
    public static PlannedRun ForPreset(SyncJob job, PlanInputs inputs, DatePreset preset, DateTimeOffset now) =>
        ForRange(job, inputs, inputs.Calendar.CompleteDays(now, preset.Days()), now)
            ?? throw new InvalidOperationException("A preset always lies within Meta's 37 months.");

    // A window of one day has no complete day behind it: then yesterday alone is read.
    private static PlannedRun Fresh(PlanInputs inputs, DateTimeOffset now, DateOnly today)
    {
        var window = Math.Max(Math.Clamp(inputs.AttributionWindowDays, 1, MaxAttributionDays), inputs.LookbackDays);
        var yesterday = today.AddDays(-1);
        var since = today.AddDays(1 - window);
        return Run(SyncJob.Fresh, inputs, now, since < yesterday ? since : yesterday, yesterday);
    }

    private static PlannedRun Incremental(PlanInputs inputs, DateOnly? cursor, DateTimeOffset now, DateOnly today)
    {
        var floor = today.AddDays(1 - IncrementalDays);
        if (cursor is not { } done)
            return Run(SyncJob.Incremental, inputs, now, floor, today);

        // A cursor ahead of today comes from a zone that the account has left; the overlap then counts from today.
        var overlap = (done < today ? done : today).AddDays(-IncrementalOverlapDays);
        var run = Run(SyncJob.Incremental, inputs, now, overlap > floor ? overlap : floor, today);
        var next = done.AddDays(1);
        return next < run.Window.Since ? run with { Uncovered = new DateRange(next, run.Window.Since.AddDays(-1)) } : run;
    }

    private static PlannedRun Run(SyncJob job, PlanInputs inputs, DateTimeOffset now, DateOnly since, DateOnly until) =>
        new(job, Clamp(since, until, inputs.Calendar.Oldest(now), inputs.Calendar.Today(now)), ReportsOf(job, inputs), PriorityOf(job, inputs),
            MovesCursor: true, Uncovered: null);

    private static Priority PriorityOf(SyncJob job, PlanInputs inputs) => job switch
    {
        SyncJob.Initial => Priority.High,
        SyncJob.Deep => Priority.Low,
        SyncJob.Backfill => Priority.Backfill,
        _ => inputs.Tier.Priority,
    };

    private static DateRange Clamp(DateOnly since, DateOnly until, DateOnly oldest, DateOnly today) =>
        new(since < oldest ? oldest : since, until > today ? today : until);
}
