namespace MetaGrains.Api.Silo;

/// <summary>What is logged of silos.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(200, LogLevel.Warning, "No silo could be connected to, it is tried again: {Reason}")]
    public static partial void NotConnected(ILogger logger, string reason);

    [LoggerMessage(201, LogLevel.Warning, "The grain of {What} was not told of a change; a silo finds it in PostgreSQL: {Reason}")]
    public static partial void NotTold(ILogger logger, string what, string reason);

    [LoggerMessage(202, LogLevel.Debug, "The grain of {What} could not be looked at: {Reason}")]
    public static partial void NotSeen(ILogger logger, string what, string reason);
}
