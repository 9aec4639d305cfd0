namespace MetaGrains.Cli.Output;

/// <summary>What a verb tells the shell.</summary>
public static class ExitCode
{
    /// <summary>Done, and what was checked holds.</summary>
    public const int Ok = 0;

    /// <summary>The work was done and its result is bad: sums that differ, tests that fail, a check that found something.</summary>
    public const int Failed = 1;

    /// <summary>The command or the configuration cannot be used as given; nothing was changed.</summary>
    public const int BadInput = 2;

    /// <summary>Something outside is missing or does not answer: PostgreSQL, a port, a folder.</summary>
    public const int Unavailable = 3;

    /// <summary>Something that the program did not expect; it printed where.</summary>
    public const int Defect = 70;

    /// <summary>Interrupted by the user.</summary>
    public const int Cancelled = 130;
}
