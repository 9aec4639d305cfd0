using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace MetaGrains.Graph.Http;

/// <content>What each way to fail is called.</content>
internal sealed partial class GraphTransport
{
    // Everything but the caller's cancellation, what is explained already, and mistakes of this program.
    private static bool IsFailedRead(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        InvalidAnswerException or AnswerTooLongException or InvalidDataException or HttpRequestException or IOException => true,
        _ => false,
    };

    private GraphException Explain(Exception failure, GraphRequest request, HttpResponseMessage? response)
    {
        int? status = response is null ? null : (int)response.StatusCode;
        return failure switch
        {
            InvalidAnswerException => new GraphException(
                $"What came back for {What(request)} is no valid answer: {failure.Message} It is read again from its start.",
                GraphErrorKind.InvalidAnswer,
                failure)
            { Status = status },
            InvalidDataException => new GraphException(
                $"What came back for {What(request)} could not be decompressed. It is read again from its start.",
                GraphErrorKind.InvalidAnswer,
                failure)
            { Status = status },
            AnswerTooLongException => new GraphException(
                $"The answer for {What(request)} is too long. {failure.Message} Ask for less or raise the limit.",
                GraphErrorKind.TooMuchData,
                failure)
            { Status = status, Size = Excess.Page },
            _ => new GraphException(
                $"No complete answer came for {What(request)} from {_options.BaseAddress.Host}: {Reason(failure)} Check the network, a proxy, and Meta's status page.",
                GraphErrorKind.Network,
                failure)
            { Status = status },
        };
    }

    // Whoever reads the answer may find the question too large for the time it has.
    private GraphException TimedOut(GraphRequest request, TimeoutRejectedException failure)
    {
        var (limit, key) = failure.Timeout < _options.AttemptTimeout
            ? (_options.TotalTimeout, nameof(GraphOptions.TotalTimeout))
            : (_options.AttemptTimeout, nameof(GraphOptions.AttemptTimeout));
        return new GraphException(
            $"No complete answer came for {What(request)} within {limit.TotalSeconds} s ({GraphOptions.Section}:{key}). Ask for less, or check the network.",
            GraphErrorKind.Network,
            failure)
        { Size = Excess.Time };
    }

    private GraphException Broken(GraphRequest request, BrokenCircuitException failure) =>
        new(
            $"{_options.BaseAddress.Host} did not answer lately, so {What(request)} was not sent; it is tried again within {_options.BreakDuration.TotalSeconds} s ({GraphOptions.Section}:{nameof(GraphOptions.BreakDuration)}). Check the network, a proxy, and Meta's status page.",
            GraphErrorKind.Network,
            failure);

    private static string What(GraphRequest request) =>
        request.Account is { } account ? $"{request.Edge} of {account}" : request.Edge;

    private static string Reason(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => $"{http.HttpRequestError}.",
        HttpIOException io => $"{io.HttpRequestError}.",
        OperationCanceledException => "the connection was given up.",
        _ => "the connection broke.",
    };
}
