using System.Diagnostics;
using System.Net.Http.Headers;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace MetaGrains.Graph.Http;

/// <summary>Sends one request until it is answered or given up, and turns every way to fail into a GraphException.</summary>
internal sealed partial class GraphTransport
{
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
        _retries = GraphRetry.Pipeline(_options, time, chance, new GraphRetryEvents(OnRetry, OnOpened, OnClosed));
        _deadline = GraphRetry.Deadline(_options, time);
    }

    /// <summary>Takes this call's secrets out of texts.</summary>
    public Scrubber ScrubberFor(AccessToken? token, params IEnumerable<string> secrets) => new(token, [_options.AppSecret, .. secrets]);

    /// <summary>Sends a request and reads its body, with retries. Only what is worth it is retried; see <see cref="GraphException.WorthRetrying"/>.</summary>
    /// <exception cref="GraphException">No usable answer came. <see cref="GraphException.Calls"/> counts the attempts.</exception>
    public async Task<GraphAnswer<T>> SendAsync<T>(
        GraphRequest request,
        AccessToken? token,
        Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> read,
        CancellationToken cancellationToken)
    {
        var exchange = new GraphExchange<T>(request, token, ScrubberFor(token, request.Secrets), read);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(GraphRetry.Exchange, exchange);
        try
        {
            var value = await _retries.ExecuteAsync(
                static (resilience, state) => state.Transport.PermittedAsync(state.Exchange, resilience),
                context,
                (Transport: this, Exchange: exchange));
            return new GraphAnswer<T>(value, exchange.Calls);
        }
        catch (TimeoutRejectedException failure)
        {
            throw Counted(TimedOut(request, failure), exchange.Calls);
        }
        catch (BrokenCircuitException failure)
        {
            throw Counted(Broken(request, failure), exchange.Calls);
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

    /// <summary>Sends a request whose answer is small by nature, and reads it whole.</summary>
    /// <exception cref="GraphException">No usable answer came.</exception>
    public Task<GraphAnswer<T>> SendSmallAsync<T>(
        GraphRequest request,
        AccessToken? token,
        Func<ReadOnlyMemory<byte>, Scrubber, BodyResult<T>> read,
        CancellationToken cancellationToken)
    {
        var scrubber = ScrubberFor(token, request.Secrets);
        return SendAsync(
            request,
            token,
            async (body, cancellation) => read(await SmallBody.ReadAsync(body, _options.MaxResponseBytes, cancellation), scrubber),
            cancellationToken);
    }

    // Each attempt has a permit of its own, taken before its deadline starts: waiting for the budget is not Meta's time.
    private async ValueTask<T> PermittedAsync<T>(GraphExchange<T> exchange, ResilienceContext context)
    {
        await exchange.Request.Permits.TakeAsync(context.CancellationToken);
        var started = _time.GetTimestamp();
        try
        {
            return await _deadline.ExecuteAsync(
                static (resilience, state) => state.Transport.AttemptAsync(state.Exchange, resilience.CancellationToken),
                context,
                (Transport: this, Exchange: exchange));
        }
        finally
        {
            exchange.Spent += _time.GetElapsedTime(started);
        }
    }

    private async ValueTask<T> AttemptAsync<T>(GraphExchange<T> exchange, CancellationToken cancellationToken)
    {
        exchange.Calls += exchange.Request.Calls;
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

    private async Task<T> ExchangeAsync<T>(GraphExchange<T> exchange, Activity? activity, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            var proof = AppSecretProof.Of(exchange.Token, _options.AppSecret);
            using var message = new HttpRequestMessage(exchange.Request.Method, exchange.Request.Address(_options, proof))
            {
                Content = exchange.Request.Content(proof),
            };
            if (exchange.Token is { } token)
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
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

    private async Task<T> ReadAsync<T>(GraphExchange<T> exchange, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (request, status) = (exchange.Request, (int)response.StatusCode);
        var usage = ObserveUsage(exchange.Request, exchange.Token, response);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var bytes = await SmallBody.ReadAsync(body, SmallBody.LongestError, cancellationToken);
            throw GraphErrorReader.ReadBody(bytes, exchange.Scrubber) is { } refusal
                ? GraphException.Refused(refusal, request.Edge, request.Account, status, usage)
                : GraphException.WithoutError(request.Edge, request.Account, status, usage);
        }

        var result = await exchange.Read(body, cancellationToken);
        return result.Error is { } error
            ? throw GraphException.Refused(error, request.Edge, request.Account, status, usage)
            : result.Value!;
    }

    private UsageObservation ObserveUsage(GraphRequest request, AccessToken? token, HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated;
        return Observe(request, token, (int)response.StatusCode, name => headers.TryGetValues(name, out var values) ? values.ToString() : null);
    }

    /// <summary>Takes what the headers of an answer, or of an item of a batch, say about limits and versions.</summary>
    public UsageObservation Observe(GraphRequest request, AccessToken? token, int status, Func<string, string?> header)
    {
        if (header("X-Ad-Api-Version-Warning") is not null && !Interlocked.Exchange(ref _warnedOfVersion, true))
            LogVersionWarning(_logger, _options.ApiVersion);
        var usage = UsageHeaders.Parse(header);
        if (token is not null)
            _observer.Observe(new GraphCall(request.Edge, request.Account, token, status), usage);
        return usage;
    }

    private void OnRetry(GraphExchange exchange, Exception failure, int retry, TimeSpan delay)
    {
        var request = exchange.Request;
        GraphTelemetry.Retried(request.Edge);
        var kind = (failure as GraphException)?.Kind ?? GraphErrorKind.Network;
        LogRetry(_logger, request.Edge, request.Account?.ToString(), retry, delay, kind, failure.Message);
    }

    private void OnOpened(TimeSpan rest) => LogOpened(_logger, _options.BaseAddress.Host, rest);

    private void OnClosed() => LogClosed(_logger, _options.BaseAddress.Host);

    private static GraphException Counted(GraphException failure, int calls)
    {
        failure.CallsMade = calls;
        return failure;
    }
}
