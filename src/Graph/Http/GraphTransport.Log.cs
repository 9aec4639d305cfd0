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

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error,
        Message = "{Host} does not answer: no call is made for {Rest}, then one to try. Check the network, a proxy, and Meta's status page")]
    private static partial void LogOpened(ILogger logger, string host, TimeSpan rest);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Information, Message = "{Host} answers again")]
    private static partial void LogClosed(ILogger logger, string host);
}
