namespace MetaGrains.Core.Schedule;

/// <summary>A kind of sync (design section 4). <see cref="SyncPlan"/> plans all but the last.</summary>
public enum SyncJob
{
    /// <summary>The last days, every tier interval.</summary>
    Tier,

    /// <summary>The last complete days, once, right after the account was connected.</summary>
    Initial,

    /// <summary>The attribution window up to yesterday.</summary>
    Fresh,

    /// <summary>From the cursor to today, with overlap.</summary>
    Incremental,

    /// <summary>28 complete days, daily.</summary>
    Deep,

    /// <summary>Campaigns, ad sets, ads, creatives.</summary>
    Entities,

    /// <summary>28 complete days at account level, against the sums of the rows that are held, daily.</summary>
    Reconcile,

    /// <summary>Old months, newest first.</summary>
    Backfill,
}

/// <summary>The names that REST, SQL and the command line use for jobs.</summary>
public static class SyncJobs
{
    /// <summary>All jobs.</summary>
    public static IReadOnlyList<SyncJob> All { get; } = Enum.GetValues<SyncJob>();

    /// <summary><c>tier</c>, <c>initial</c>, <c>fresh</c>, <c>incremental</c>, <c>deep</c>, <c>entities</c>, <c>reconcile</c> or <c>backfill</c>.</summary>
    public static string WireName(this SyncJob job) => job switch
    {
        SyncJob.Tier => "tier",
        SyncJob.Initial => "initial",
        SyncJob.Fresh => "fresh",
        SyncJob.Incremental => "incremental",
        SyncJob.Deep => "deep",
        SyncJob.Entities => "entities",
        SyncJob.Reconcile => "reconcile",
        SyncJob.Backfill => "backfill",
        _ => throw new ArgumentOutOfRangeException(nameof(job), job, "Unknown job."),
    };

    /// <summary>Whether <see cref="SyncPlan"/> plans the job; old months have a plan of their own.</summary>
    public static bool IsPlanned(this SyncJob job) => job != SyncJob.Backfill;

    /// <summary>Whether the job reads insights; <c>entities</c> reads objects, which count against other limits.</summary>
    public static bool ReadsInsights(this SyncJob job) => job != SyncJob.Entities;

    /// <summary>Whether the job reads rows of single campaigns, ad sets and ads, so that it may be asked for one of them.</summary>
    public static bool ReadsObjectRows(this SyncJob job) => job.ReadsInsights() && job != SyncJob.Reconcile;

    /// <summary>
    /// Whether a failed run of the job delays it alone. A failure of the jobs that keep insights fresh rests the account,
    /// since each of them would ask Meta the same again; what else is read must never keep those from running.
    /// </summary>
    public static bool RestsAlone(this SyncJob job) => job is SyncJob.Deep or SyncJob.Entities or SyncJob.Reconcile or SyncJob.Backfill;

    /// <summary>Reads a wire name, or one of the older names <c>meta_fresh</c> and <c>meta_7d_fill</c>.</summary>
    public static bool TryParse(string? text, out SyncJob job)
    {
        switch (text)
        {
            case "meta_fresh":
                job = SyncJob.Fresh;
                return true;
            case "meta_7d_fill":
                job = SyncJob.Initial;
                return true;
        }

        foreach (var candidate in All)
        {
            if (candidate.WireName() != text)
                continue;
            job = candidate;
            return true;
        }

        job = default;
        return false;
    }
}
