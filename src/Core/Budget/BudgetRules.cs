using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>What decides how many calls a tenant may make.</summary>
public enum BudgetMode
{
    /// <summary>Meta's headers: percent used, by anyone. The default.</summary>
    Meta,

    /// <summary>A fixed number per user and hour (seed 004).</summary>
    Fixed,
}

/// <summary>How a tenant's budget is dealt out. Every time is a limit with a name.</summary>
public sealed record BudgetRules
{
    /// <summary>The mode. Default: <see cref="BudgetMode.Meta"/>.</summary>
    public BudgetMode Mode { get; init; }

    /// <summary>Mode fixed: calls per user and hour that Meta permits. Default: 200.</summary>
    public int CallsPerHour { get; init; } = 200;

    /// <summary>Mode fixed: what is given out of them, 90 %: 180 of 200.</summary>
    public int Cap => CallsPerHour * 9 / 10;

    /// <summary>Mode fixed: where people are warned, 90 % of the cap: 162 of 180.</summary>
    public int WarnAt => Cap * 9 / 10;

    /// <summary>Mode fixed: permits of the cap that only HIGH may take, 10 %.</summary>
    public int HighReserve => Cap / 10;

    /// <summary>Mode meta: percent of any limit at which LOW and backfill wait. Default: 75.</summary>
    public double SoftBrakePercent { get; init; } = 75;

    /// <summary>Mode meta: percent of any limit at which MEDIUM waits, too. Default: 80.</summary>
    public double HighOnlyPercent { get; init; } = 80;

    /// <summary>Mode meta: percent of any limit at which everything waits. Default: 95.</summary>
    public double HardStopPercent { get; init; } = 95;

    /// <summary>
    /// Asynchronous reports of one account that may be under way at once; a permit of that kind is held until the report
    /// has ended. Meta does not publish its limit. Default: 10.
    /// </summary>
    public int AsyncRuns { get; init; } = 10;

    /// <summary>How long a grant may be used. Default: 2 minutes.</summary>
    public TimeSpan GrantLength { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most permits of one grant. Default: 50.</summary>
    public int MaxPermits { get; init; } = 50;

    /// <summary>
    /// Permits that are written down before any of them is handed out; what a crash wastes at most. Where a minute takes
    /// more than this, a minute's worth is written down at once. Default: 20.
    /// </summary>
    public int BlockPermits { get; init; } = 20;

    /// <summary>How long a block is dealt out from, grants included. Default: 5 minutes.</summary>
    public TimeSpan BlockLength { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait before asking again is advised. Default: 15 minutes.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Shortest wait before asking again is advised. Default: 1 second.</summary>
    public TimeSpan MinWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long room is kept for a requester that was woken. Default: 10 seconds.</summary>
    public TimeSpan WakePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its advised time a requester that has not asked again is remembered. Default: 1 minute.</summary>
    public TimeSpan WaiterPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest block after calls that followed a block were refused again. Default: 4 hours.</summary>
    public TimeSpan LongestBlock { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How much the clocks of two silos may differ: what was sent less than this ago counts from now. Default: 30 seconds.</summary>
    public TimeSpan ClockDoubt { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most requesters in the queue; more are told to ask again, without a ticket. Default: 10,000.</summary>
    public int MaxWaiters { get; init; } = 10_000;

    /// <summary>Width of the buckets that charges of an hour are counted in; shorter windows have narrower ones. Default: 15 seconds.</summary>
    public TimeSpan Bucket { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Permits that may be in flight in a limit whose size nobody documents and no header has told yet; doubled with
    /// each grant that came back without a throttle. Default: 8.
    /// </summary>
    public int FirstExposure { get; init; } = 8;

    /// <summary>Permits in flight at which a scope counts as well known again. Default: 512.</summary>
    public int FullExposure { get; init; } = 512;

    /// <summary>
    /// Permits of weight 1 by which one requester may be ahead of another of its rank, before the other is served first.
    /// Default: 8.
    /// </summary>
    public double Round { get; init; } = 8;

    /// <summary>
    /// How long after a question what its work needs counts as demand, beyond four of its intervals. Default: 1 hour.
    /// </summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The width of a kind's buckets.</summary>
    public TimeSpan BucketOf(LimitKind kind) => Bucket * (kind.Window() / TimeSpan.FromHours(1));

    /// <summary>
    /// Whether limits of the app (its calls, its insights) are dealt out by the app's own budget, which hands the tenant
    /// leases of permits. Default: false, no app is known.
    /// </summary>
    public bool Leases { get; init; }

    /// <summary>How long an answer of the app's budget is waited for before it is asked again. Default: 10 seconds.</summary>
    public TimeSpan LeasePatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a lease the app's budget is not asked for another. Default: 2 seconds.</summary>
    public TimeSpan LeasePause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The rules of an app's budget: its grants are leases, for whole tenants and longer than theirs.</summary>
    public static BudgetRules ForApp { get; } = new()
    {
        // A tenant that does not ask leaves its share to the others.
        IdleAfter = TimeSpan.FromMinutes(5),
        GrantLength = TimeSpan.FromMinutes(5), BlockLength = TimeSpan.FromMinutes(10), MaxPermits = 500, BlockPermits = 100,
        // A tenant's weight is what it needs in an hour: a round is what each needs in a minute.
        Round = 1.0 / 60,
    };

    /// <summary>Mode meta: percent of a scope's limit up to which a priority is served.</summary>
    public double Ceiling(Priority priority) => priority switch
    {
        Priority.High => HardStopPercent,
        Priority.Medium => HighOnlyPercent,
        _ => SoftBrakePercent,
    };

    /// <summary>Says what is wrong with the rules, for the person who set them, or null.</summary>
    public string? Refuse() =>
        CallsPerHour is < 10 or > 1_000_000 ? $"calls_per_hour must be 10 to 1000000, not {CallsPerHour}."
        : !(SoftBrakePercent > 0 && SoftBrakePercent <= HighOnlyPercent && HighOnlyPercent <= HardStopPercent && HardStopPercent < 100)
            ? "The soft brake must not lie above the level for HIGH only, nor that above the hard stop, nor that at 100 %."
        : GrantLength <= TimeSpan.Zero || BlockLength < GrantLength + Bucket ? "A block must last longer than a grant and a bucket."
        : FirstExposure < 1 || FullExposure < FirstExposure ? "The first exposure is at least one permit and not above the full one."
        : !(Round > 0) || IdleAfter <= TimeSpan.Zero ? "A round is more than nothing, and so is the time after which demand is forgotten."
        : BlockPermits < 1 || MaxPermits < 1 || AsyncRuns < 1 || MaxWaiters < 1 ? "A block, a grant, the queue and the reports under way hold at least one."
        : MinWait <= TimeSpan.Zero || MaxWait < MinWait ? "The longest wait must not be shorter than the shortest."
        : Bucket < TimeSpan.FromSeconds(1) || Bucket > TimeSpan.FromMinutes(5) ? "A bucket is 1 second to 5 minutes wide."
        : null;
}

/// <summary>Facts about Meta's limits (rate limits page; graph contract section 6).</summary>
public static class MetaLimits
{
    /// <summary>The time in which a limit forgets: 300 s for an account's score, an hour for the others.</summary>
    public static TimeSpan Window(this LimitKind kind) => kind switch
    {
        LimitKind.AccountScore => TimeSpan.FromSeconds(300),
        // A report that has ended takes no place any more.
        LimitKind.AsyncRuns => TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromHours(1),
    };

    /// <summary>
    /// What one read costs, in percent of the smallest limit that Meta documents for its kind: 1 point of 60 or 9,000;
    /// 1 call of 600 or 190,000. Where none is documented it is 1 of 9,000, and counts only once a header was seen:
    /// see <see cref="IsDocumented"/>.
    /// </summary>
    public static double PercentPerCall(this LimitKind kind, AccessTier access) => (kind, access) switch
    {
        (LimitKind.BusinessUseCase, AccessTier.Standard) => 100.0 / 190_000,
        (LimitKind.BusinessUseCase, _) => 100.0 / 600,
        (LimitKind.AccountScore, not AccessTier.Standard) => 100.0 / 60,
        _ => 100.0 / 9_000,
    };

    /// <summary>Whether Meta documents the limit as a number, so that it can be kept before any header was seen.</summary>
    public static bool IsDocumented(this LimitKind kind) => kind is LimitKind.BusinessUseCase or LimitKind.AccountScore;
}
