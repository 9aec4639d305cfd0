using MetaGrains.Graph.Errors;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Graph.Http;

/// <content>Log messages: no token, no address.</content>
internal sealed partial class GraphTransport
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning,
        Message = "Retry {Retry} of {Edge} for {Account} in {Delay}: {Kind}: {Reason}")]
    private static partial void LogRetry(
        ILogger logger, string edge, string? account, int retry, TimeSpan delay, GraphErrorKind kind, string reason);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning,
        Message = "Meta answers for a newer version than {Version}, which is deprecated: raise MetaGrains:Graph:ApiVersion")]
    private static partial void LogVersionWarning(ILogger logger, string version);
}
