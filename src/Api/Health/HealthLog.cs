namespace MetaGrains.Api.Health;

/// <summary>What is logged of readiness.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(300, LogLevel.Warning, "Not ready, PostgreSQL does not answer: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string reason);
}
