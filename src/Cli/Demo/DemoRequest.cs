using MetaGrains.Cli.Output;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Time;

namespace MetaGrains.Cli.Demo;

/// <summary>What the user asked the demo for.</summary>
public sealed record DemoRequest(
    int Accounts, int Seed, string? DataDirectory, string? Account, DateOnly? Since, DateOnly? Until, int Parallel)
{
    private const int DefaultDays = 28;

    // The recorded account has no days after this.
    private static readonly DateTimeOffset Recorded = new(2026, 3, 6, 11, 0, 0, TimeSpan.Zero);

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

    /// <summary>
    /// How <c>graph-sim</c> is started for it. Its clock is this machine's even for a recording, since the silo's
    /// schedule goes by that; only the days to sync are those of the recording.
    /// </summary>
    public IReadOnlyList<string> SimulatorArguments()
    {
        List<string> arguments = ["--accounts", $"{Accounts}", "--seed", $"{Seed}", "--urls", "http://127.0.0.1:0", "--now", "real"];
        if (DataDirectory is not null)
            arguments.AddRange(["--data", Path.GetFullPath(DataDirectory)]);
        return arguments;
    }

    /// <summary>The moment that "the last 28 days" count from: now, or the end of the recording.</summary>
    public DateTimeOffset Anchor(DateTimeOffset now) => DataDirectory is null ? now : Recorded;

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
