namespace MetaGrains.Silo.Hosting;

/// <summary>What the process tells its supervisor; the same numbers as the command line's.</summary>
internal static class ExitCode
{
    /// <summary>It was told to stop, and did.</summary>
    public const int Ok = 0;

    /// <summary>The configuration or the schema cannot be used as it is; starting again does not help.</summary>
    public const int BadInput = 2;

    /// <summary>Something outside is missing or taken: PostgreSQL, the port, the place in the cluster.</summary>
    public const int Unavailable = 3;

    /// <summary>Something that the program did not expect.</summary>
    public const int Defect = 70;
}

/// <summary>The silo does not run; the message is one line that names the setting and what to do.</summary>
internal sealed class StartRefusedException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode => exitCode;

    public static StartRefusedException BadInput(string message, Exception? inner = null) => new(Hosting.ExitCode.BadInput, message, inner);

    public static StartRefusedException Unavailable(string message, Exception? inner = null) => new(Hosting.ExitCode.Unavailable, message, inner);
}
