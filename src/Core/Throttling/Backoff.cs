namespace MetaGrains.Core.Throttling;

/// <summary>How long to wait after an error (design section 4, Errors). Every wait carries up to 10 % jitter, upwards only.</summary>
public static class Backoff
{
    /// <summary>Largest share of a wait that jitter adds.</summary>
    public const double JitterShare = 0.10;

    /// <summary>How often a bare 613 is tried again after seconds instead of quarter hours.</summary>
    public const int QuickTries = 5;

    /// <summary>First wait of the general rule, doubled with each further throttle.</summary>
    public static TimeSpan ThrottleBase { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Longest wait of the general rule, before jitter.</summary>
    public static TimeSpan ThrottleCap { get; } = TimeSpan.FromHours(4);

    /// <summary>First wait after a failure that is no throttle.</summary>
    public static TimeSpan ErrorBase { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait after a failure that is no throttle, before jitter.</summary>
    public static TimeSpan ErrorCap { get; } = TimeSpan.FromHours(1);

    /// <summary>First wait after our own database broke a run off.</summary>
    public static TimeSpan BreakBase { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait after our own database broke a run off, before jitter.</summary>
    public static TimeSpan BreakCap { get; } = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan QuickCap = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ScoreStandard = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ScoreDevelopment = TimeSpan.FromSeconds(300);

    /// <summary>The wait after a throttle.</summary>
    /// <param name="facts">What Meta said.</param>
    /// <param name="consecutive">Throttles in a row without a success between, this one included; from 1.</param>
    /// <param name="jitter">Chance, in [0,1).</param>
    public static TimeSpan AfterThrottle(ThrottleFacts facts, int consecutive, double jitter) =>
        Jittered(Wait(facts, Math.Max(1, consecutive)), jitter);

    /// <summary>The wait after a failure that is no throttle: 1, 2, 4 … 60 minutes.</summary>
    /// <param name="consecutive">Failures in a row, this one included; from 1.</param>
    /// <param name="jitter">Chance, in [0,1).</param>
    public static TimeSpan AfterError(int consecutive, double jitter) => Jittered(Doubled(ErrorBase, Math.Max(1, consecutive), ErrorCap), jitter);

    /// <summary>The wait after our own database broke a run off: 5, 10, 20 … 300 seconds, since Meta has nothing to recover from.</summary>
    /// <param name="consecutive">Failures in a row, this one included; from 1.</param>
    /// <param name="jitter">Chance, in [0,1).</param>
    public static TimeSpan AfterBreak(int consecutive, double jitter) => Jittered(Doubled(BreakBase, Math.Max(1, consecutive), BreakCap), jitter);

    /// <summary>The wait after a failure that asking again will not mend: 15 minutes doubled up to 4 hours, because such requests lower the quota.</summary>
    /// <param name="consecutive">Failures in a row, this one included; from 1.</param>
    /// <param name="jitter">Chance, in [0,1).</param>
    public static TimeSpan AfterRefusal(int consecutive, double jitter) => Jittered(Doubled(ThrottleBase, Math.Max(1, consecutive), ThrottleCap), jitter);

    /// <summary>The wait of an account that failed so often that only a person, or time, is likely to help.</summary>
    /// <param name="jitter">Chance, in [0,1).</param>
    public static TimeSpan OncePerDay(double jitter) => Jittered(TimeSpan.FromDays(1), jitter);

    private static TimeSpan Wait(ThrottleFacts facts, int consecutive)
    {
        if (facts.StatedWait is { } stated && stated > TimeSpan.Zero)
            return stated;
        if (facts is { Code: 17, Subcode: 2446079 } or { Code: 613, Subcode: 1487742 })
            return facts.Access == AccessTier.Standard ? ScoreStandard : ScoreDevelopment;
        if (facts is not { Code: 613, Subcode: null })
            return Doubled(ThrottleBase, consecutive, ThrottleCap);
        return consecutive <= QuickTries
            ? Doubled(TimeSpan.FromSeconds(1), consecutive, QuickCap)
            : Doubled(ThrottleBase, consecutive - QuickTries, ThrottleCap);
    }

    // Doubling stops at 2^20, far above every cap, so that no count overflows.
    private static TimeSpan Doubled(TimeSpan first, int n, TimeSpan cap)
    {
        var wait = first * (1 << Math.Min(n - 1, 20));
        return wait < cap ? wait : cap;
    }

    private static TimeSpan Jittered(TimeSpan wait, double jitter)
    {
        if (jitter is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(jitter), jitter, "Jitter is a number in [0,1).");
        return wait + (wait * (JitterShare * jitter));
    }
}
