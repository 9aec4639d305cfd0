using FsCheck.Fluent;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Throttling;

public sealed class BackoffTests
{
    [Theory]
    // What Meta states wins over every rule.
    [InlineData(80000, 2446079, 47 * 60, AccessTier.Standard, 1, 47 * 60)]
    [InlineData(17, 2446079, 100, AccessTier.Development, 3, 100)]
    [InlineData(613, null, 7, AccessTier.Unknown, 9, 7)]
    // An account's score.
    [InlineData(17, 2446079, 0, AccessTier.Standard, 1, 60)]
    [InlineData(17, 2446079, 0, AccessTier.Development, 1, 300)]
    [InlineData(613, 1487742, 0, AccessTier.Standard, 4, 60)]
    [InlineData(613, 1487742, 0, AccessTier.Unknown, 1, 300)]
    // A bare 613: seconds first, then quarter hours.
    [InlineData(613, null, 0, AccessTier.Standard, 1, 1)]
    [InlineData(613, null, 0, AccessTier.Standard, 2, 2)]
    [InlineData(613, null, 0, AccessTier.Standard, 5, 16)]
    [InlineData(613, null, 0, AccessTier.Standard, 6, 900)]
    [InlineData(613, null, 0, AccessTier.Standard, 7, 1800)]
    // Everything else.
    [InlineData(4, null, 0, AccessTier.Standard, 1, 900)]
    [InlineData(613, 1996, 0, AccessTier.Standard, 2, 1800)]
    [InlineData(80004, 2446079, 0, AccessTier.Standard, 4, 7200)]
    [InlineData(80004, 2446079, 0, AccessTier.Standard, 5, 14400)]
    [InlineData(80004, 2446079, 0, AccessTier.Standard, 1_000_000, 14400)]
    [InlineData(17, null, 0, AccessTier.Standard, 0, 900)]
    public void The_wait_after_a_throttle_is_the_contracts(int code, int? subcode, int stated, AccessTier access, int consecutive, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            Backoff.AfterThrottle(new ThrottleFacts(code, subcode, TimeSpan.FromSeconds(stated), access), consecutive, 0));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(7, 300)]
    [InlineData(100, 300)]
    public void After_our_own_database_broke_a_run_off_it_is_tried_again_within_seconds(int consecutive, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.AfterBreak(consecutive, 0));

    [Fact]
    public void Jitter_adds_at_most_a_tenth_and_never_takes_away() =>
        Properties.Holds(
            from code in Gen.Elements(4, 17, 613, 80000)
            from subcode in Gen.Elements<int?>(null, 2446079, 1487742)
            from stated in Gen.Choose(-5, 5000)
            from n in Gen.Choose(1, 100)
            from share in Gen.Choose(0, 999_999)
            select (facts: new ThrottleFacts(code, subcode, TimeSpan.FromSeconds(stated), AccessTier.Standard), n, jitter: share / 1_000_000.0),
            it =>
            {
                Within(Backoff.AfterThrottle(it.facts, it.n, 0), Backoff.AfterThrottle(it.facts, it.n, it.jitter));
                Within(Backoff.AfterError(it.n, 0), Backoff.AfterError(it.n, it.jitter));
                Within(Backoff.AfterRefusal(it.n, 0), Backoff.AfterRefusal(it.n, it.jitter));
            }, tests: 1000);

    [Fact]
    public void Waits_after_errors_grow_up_to_a_bound()
    {
        var waits = Enumerable.Range(1, 50).Select(n => Backoff.AfterError(n, 0)).ToArray();

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits.Take(8).Select(wait => (int)wait.TotalMinutes));
        Assert.Equal(Backoff.ErrorCap, waits[^1]);
        Assert.Equal(Backoff.ThrottleCap, Backoff.AfterRefusal(50, 0));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_number_that_is_no_share_is_no_jitter(double jitter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backoff.AfterError(1, jitter));

    private static void Within(TimeSpan wait, TimeSpan jittered) => Assert.InRange(jittered, wait, wait * 1.1);
}
