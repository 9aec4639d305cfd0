using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tests.Keys;

namespace MetaGrains.Core.Tests.Incidents;

public sealed class IncidentPaceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(4, 15)]
    [InlineData(1_000_000, 15)]
    public void Probes_come_after_one_minute_and_then_further_and_further_apart(int probes, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), IncidentPace.Pause(probes, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15)));

    [Theory]
    [InlineData(6, 10)]
    [InlineData(2_000, 100)]
    [InlineData(100_000, 900)]
    public void Accounts_go_on_one_after_the_other_few_at_first(int accounts, int seconds)
    {
        var incident = new IncidentNotice(1, new ErrorSignature(FailureKind.Transient, 2, null), Noon, Noon, accounts);
        var span = TimeSpan.FromSeconds(seconds);

        var resumed = StableHashTests.Keys(4_000).Select(account => IncidentPace.ResumeAt(incident, Noon, account) - Noon).ToArray();

        Assert.Equal(span, IncidentPace.Span(accounts));
        Assert.All(resumed, at => Assert.InRange(at, TimeSpan.Zero, span));
        // A rate that grows evenly leaves a quarter to the first half, and 19 of 100 to the last tenth.
        Assert.InRange(resumed.Count(at => at < span / 2), 900, 1_100);
        Assert.InRange(resumed.Count(at => at > span * 0.9), 690, 830);
        Assert.NotEqual(resumed, StableHashTests.Keys(4_000).Select(account => IncidentPace.ResumeAt(incident with { Id = 2 }, Noon, account) - Noon));
    }
}
