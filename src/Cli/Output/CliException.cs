namespace MetaGrains.Cli.Output;

/// <summary>Ends a verb with one line that says what to do.</summary>
public sealed class CliException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="exitCode">One of <see cref="Output.ExitCode"/>.</param>
    /// <param name="message">One line.</param>
    /// <param name="innerException">What led to it; never shown.</param>
    public CliException(int exitCode, string message, Exception? innerException = null)
        : base(message, innerException) => ExitCode = exitCode;

    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; }

    /// <summary>The command or configuration is unusable.</summary>
    public static CliException BadInput(string message, Exception? inner = null) => new(Output.ExitCode.BadInput, message, inner);

    /// <summary>Something outside does not answer.</summary>
    public static CliException Unavailable(string message, Exception? inner = null) => new(Output.ExitCode.Unavailable, message, inner);
}
