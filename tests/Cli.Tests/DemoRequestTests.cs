using MetaGrains.Cli.Demo;
using MetaGrains.Cli.Output;
using MetaGrains.Core.Time;

namespace MetaGrains.Cli.Tests;

public sealed class DemoRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 6, 11, 0, 0, TimeSpan.Zero);

    private static DemoRequest Request(string? since = null, string? until = null) =>
        new(1, 1, null, null, since is null ? null : DateOnly.Parse(since), until is null ? null : DateOnly.Parse(until), 1);

    private static DateRange Window(DemoRequest request, string zone = "Europe/Prague")
    {
        Assert.True(AccountCalendar.TryCreate(zone, out var calendar));
        return request.Window(calendar, Now);
    }

    [Fact]
    public void The_default_is_the_28_complete_days_before_today_in_the_accounts_zone()
    {
        Assert.Equal("2026-02-06..2026-03-05", Window(Request()).ToString());
        Assert.Equal("2026-02-07..2026-03-06", Window(Request(), "Pacific/Kiritimati").ToString());
    }

    [Fact]
    public void Either_end_may_be_given_alone()
    {
        Assert.Equal("2026-01-01..2026-03-05", Window(Request(since: "2026-01-01")).ToString());
        Assert.Equal("2026-03-06..2026-03-06", Window(Request(since: "2026-03-06")).ToString());
        Assert.Equal("2026-02-06..2026-02-10", Window(Request(until: "2026-02-10")).ToString());
        Assert.Equal("2026-01-31..2026-01-31", Window(Request(until: "2026-01-31")).ToString());
    }

    [Fact]
    public void A_recording_keeps_its_days_while_the_simulators_clock_is_real()
    {
        var recorded = Request() with { DataDirectory = "." };

        Assert.Equal("2026-03-06", recorded.Anchor(Now.AddYears(1)).ToString("yyyy-MM-dd"));
        Assert.Equal(Now, Request().Anchor(Now));
        Assert.Contains("real", recorded.SimulatorArguments());
        Assert.Contains(Path.GetFullPath("."), recorded.SimulatorArguments());
    }

    [Fact]
    public void Meta_s_limits_are_refused_in_words()
    {
        Assert.Contains("37 months", Assert.Throws<CliException>(() => Window(Request(since: "2023-02-05"))).Message, StringComparison.Ordinal);
        Assert.Equal("2023-02-06..2026-03-05", Window(Request(since: "2023-02-06")).ToString());
        Assert.Contains("future", Assert.Throws<CliException>(() => Window(Request(until: "2026-03-07"))).Message, StringComparison.Ordinal);
    }
}
