using System.Diagnostics;
using System.Net.Http.Headers;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace MetaGrains.Graph.Http;

/// <summary>Sends one request until it is answered or given up, and turns every way to fail into a GraphException.</summary>
internal sealed partial class GraphTransport
{
    private static readonly ResiliencePropertyKey<GraphRequest> RequestKey = new("MetaGrains.Graph.Request");

    private readonly GraphHttp _http;
    private readonly GraphOptions _options;
    private readonly TimeProvider _time;
    private readonly IUsageObserver _observer;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retries;
    private readonly ResiliencePipeline _deadline;
    private bool _warnedOfVersion;

    public GraphTransport(
        GraphHttp http,
        IOptions<GraphOptions> options,
        TimeProvider time,
        GraphChance chance,
        IUsageObserver observer,
        ILogger<GraphTransport>? logger = null)
    {
        _http = http;
        _options = options.Value;
        _time = time;
        _observer = observer;
        _logger = logger ?? NullLogger<GraphTransport>.Instance;
        _retries = GraphRetry.Pipeline(_options, time, chance, OnRetry);
        _deadline = GraphRetry.Deadline(_options, time);
    }

    /// <summary>Takes this call's secrets out of texts.</summary>
    public Scrubber ScrubberFor(AccessToken token) => new(token, _options.AppSecret);

    /// <summary>Sends a request and reads its body, with retries. Only what is worth it is retried; see <see cref="GraphException.WorthRetrying"/>.</summary>
    /// <exception cref="GraphException">No usable answer came. <see cref="GraphException.Calls"/> counts the attempts.</exception>
    public async Task<GraphAnswer<T>> SendAsync<T>(
        GraphRequest request,
        AccessToken token,
        Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> read,
        CancellationToken cancellationToken)
    {
        var exchange = new Exchange<T>(request, token, ScrubberFor(token), read);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RequestKey, request);
        try
        {
            var value = await _retries.ExecuteAsync(
                static (resilience, state) => state.Transport.PermittedAsync(state.Exchange, resilience.CancellationToken),
                context,
                (Transport: this, Exchange: exchange));
            return new GraphAnswer<T>(value, exchange.Calls);
        }
        catch (TimeoutRejectedException failure)
        {
            throw Counted(TimedOut(request, failure), exchange.Calls);
        }
        catch (GraphException failure)
        {
            throw Counted(failure, exchange.Calls);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // Each attempt has a permit of its own, taken before its deadline starts: waiting for the budget is not Meta's time.
    private async ValueTask<T> PermittedAsync<T>(Exchange<T> exchange, CancellationToken cancellationToken)
    {
        await exchange.Request.Permits.TakeAsync(cancellationToken);
        return await _deadline.ExecuteAsync(
            static (state, cancellation) => state.Transport.AttemptAsync(state.Exchange, cancellation),
            (Transport: this, Exchange: exchange),
            cancellationToken);
    }

    private async ValueTask<T> AttemptAsync<T>(Exchange<T> exchange, CancellationToken cancellationToken)
    {
        exchange.Calls++;
        var edge = exchange.Request.Edge;
        var started = _time.GetTimestamp();
        using var activity = GraphTelemetry.Activities.StartActivity($"graph.{edge}", ActivityKind.Client);
        try
        {
            return await ExchangeAsync(exchange, activity, cancellationToken);
        }
        catch (GraphException failure)
        {
            GraphTelemetry.Failed(edge, failure.Kind);
            activity?.SetStatus(ActivityStatusCode.Error, GraphTelemetry.KindName(failure.Kind));
            throw;
        }
        finally
        {
            GraphTelemetry.Answered(edge, _time.GetElapsedTime(started));
        }
    }

    private async Task<T> ExchangeAsync<T>(Exchange<T> exchange, Activity? activity, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var message = new HttpRequestMessage(
                HttpMethod.Get,
                exchange.Request.Address(_options, AppSecretProof.Of(exchange.Token, _options.AppSecret)));
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", exchange.Token.Reveal());
            response = await _http.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            return await ReadAsync(exchange, response, cancellationToken);
        }
        catch (Exception failure) when (IsFailedRead(failure, cancellationToken))
        {
            // A connection that breaks because the caller gave up is the caller's cancellation.
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(failure, exchange.Request, response);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<T> ReadAsync<T>(Exchange<T> exchange, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (request, status) = (exchange.Request, (int)response.StatusCode);
        var usage = ObserveUsage(exchange.Request, exchange.Token, response);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var bytes = await SmallBody.ReadAsync(body, SmallBody.LongestError, cancellationToken);
            throw GraphErrorReader.ReadBody(bytes, exchange.Scrubber) is { } refusal
                ? GraphException.Refused(refusal, request.Edge, request.Account, status, usage)
                : NoAnswer(request, status, usage);
        }

        var result = await exchange.Read(body, cancellationToken);
        return result.Error is { } error
            ? throw GraphException.Refused(error, request.Edge, request.Account, status, usage)
            : result.Value!;
    }

    private UsageObservation ObserveUsage(GraphRequest request, AccessToken token, HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        if (headers.TryGetValues("X-Ad-Api-Version-Warning", out _) && !Interlocked.Exchange(ref _warnedOfVersion, true))
            LogVersionWarning(_logger, _options.ApiVersion);
        var usage = UsageHeaders.Parse(name => headers.TryGetValues(name, out var values) ? values.ToString() : null);
        _observer.Observe(new GraphCall(request.Edge, request.Account, token, (int)response.StatusCode), usage);
        return usage;
    }

    private void OnRetry(ResilienceContext context, Exception failure, int retry, TimeSpan delay)
    {
        if (!context.Properties.TryGetValue(RequestKey, out var request))
            return;
        GraphTelemetry.Retried(request.Edge);
        var kind = (failure as GraphException)?.Kind ?? GraphErrorKind.Network;
        LogRetry(_logger, request.Edge, request.Account?.ToString(), retry, delay, kind, failure.Message);
    }

    private static GraphException Counted(GraphException failure, int calls)
    {
        failure.CallsMade = calls;
        return failure;
    }

    private sealed class Exchange<T>(
        GraphRequest request,
        AccessToken token,
        Scrubber scrubber,
        Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> read)
    {
        public GraphRequest Request => request;

        public AccessToken Token => token;

        public Scrubber Scrubber => scrubber;

        public Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> Read => read;

        public int Calls { get; set; }
    }
}
