using MetaGrains.Cli.Output;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Time;

namespace MetaGrains.Cli.Demo;

/// <summary>What the user asked the demo for.</summary>
public sealed record DemoRequest(
    int Accounts, int Seed, string? DataDirectory, string? Account, DateOnly? Since, DateOnly? Until, int Parallel)
{
    private const int DefaultDays = 28;

    /// <summary>Refuses what can be refused before anything is started.</summary>
    /// <exception cref="CliException">The request makes no sense.</exception>
    public void Validate()
    {
        if (Since > Until)
            throw CliException.BadInput($"The dates are reversed: --until {DateRange.Iso(Until.Value)} is before --since {DateRange.Iso(Since.Value)}.");
        if (Account is not null && !AdAccountId.TryParse(Account, out _))
            throw CliException.BadInput($"--account must be act_ followed by digits, or the digits alone, not '{Account}'.");
        if (DataDirectory is not null && !Directory.Exists(DataDirectory))
            throw CliException.BadInput($"--data {DataDirectory} is not a folder.");
    }

    /// <summary>The days to sync of an account, in its own zone.</summary>
    /// <exception cref="CliException">Meta would not answer for them.</exception>
    public DateRange Window(AccountCalendar calendar, DateTimeOffset now)
    {
        var fallback = calendar.CompleteDays(now, DefaultDays);
        var until = Until ?? (Since is null || Since <= fallback.Until ? fallback.Until : Since.Value);
        var since = Since ?? (fallback.Since <= until ? fallback.Since : until);
        var range = new DateRange(since, until);
        return calendar.Refuse(range, now) is { } refusal ? throw CliException.BadInput(refusal) : range;
    }
}
