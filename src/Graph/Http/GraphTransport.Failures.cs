using System.Net;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Usage;
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
            { Status = status },
            _ => new GraphException(
                $"No complete answer came for {What(request)} from {_options.BaseAddress.Host}: {Reason(failure)} Check the network, a proxy, and Meta's status page.",
                GraphErrorKind.Network,
                failure)
            { Status = status },
        };
    }

    private GraphException TimedOut(GraphRequest request, TimeoutRejectedException failure) =>
        new(
            $"No complete answer came for {What(request)} within {_options.AttemptTimeout.TotalSeconds} s ({GraphOptions.Section}:{nameof(GraphOptions.AttemptTimeout)}). Ask for less, or check the network.",
            GraphErrorKind.Network,
            failure);

    private static GraphException NoAnswer(GraphRequest request, int status, UsageObservation usage) =>
        status == (int)HttpStatusCode.TooManyRequests
            ? GraphException.Refused(new GraphError { Message = "too many requests" }, request.Edge, request.Account, status, usage)
            : new GraphException(
                $"HTTP {status} without an error of Meta's came back for {What(request)}: something between here and Meta answered, or Meta is down.",
                GraphErrorKind.InvalidAnswer)
            {
                Status = status,
                Usage = usage,
            };

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
