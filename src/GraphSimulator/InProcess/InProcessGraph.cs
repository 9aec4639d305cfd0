using System.Net;
using MetaGrains.GraphSimulator.World;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MetaGrains.GraphSimulator.InProcess;

/// <summary>
/// The simulator as the handler of an HTTP client: every request is answered here, whatever host it names, and no
/// socket is opened. The same options give the same answers as the server.
/// </summary>
public sealed class InProcessGraph : HttpMessageHandler
{
    private readonly RequestDelegate _answers;

    /// <summary>Makes one of generated accounts; <see cref="GraphSimulatorOptions.Urls"/> means nothing here.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public InProcessGraph(GraphSimulatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.DataDirectory is not null)
            throw new ArgumentException("GraphSimulatorOptions.DataDirectory: a recording is served by the server only; leave it null.", nameof(options));
        var world = new GeneratedWorld(options.Seed, options.Accounts);
        var clock = new SimulatorClock(options.TimeProvider, options.Now);
        Faults = new SimulatorFaults();
        AccountIds = new AccountIdList(world);
        _answers = GraphSimulatorServer.Answers(options, world, clock, Faults);
    }

    /// <summary>All accounts, <c>act_…</c>, in the order of <c>/me/adaccounts</c>.</summary>
    public IReadOnlyList<string> AccountIds { get; }

    /// <summary>What is to go wrong.</summary>
    public SimulatorFaults Faults { get; }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var received = await ReceiveAsync(request, cancellationToken);
        using var sent = new MemoryStream();
        var http = Context(request, received, sent, new Connection(cut));
        await _answers(http);
        cancellationToken.ThrowIfCancellationRequested();
        if (cut.IsCancellationRequested)
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The simulator cut the connection in the middle of its answer.");
        return Answer(request, http.Response, sent.ToArray());
    }

    private static async Task<Stream> ReceiveAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Content is { } content ? new MemoryStream(await content.ReadAsByteArrayAsync(cancellationToken)) : Stream.Null;

    private static DefaultHttpContext Context(HttpRequestMessage request, Stream received, Stream sent, Connection connection)
    {
        var address = request.RequestUri ?? throw new InvalidOperationException("The request has no address.");
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(connection);
        http.Request.Method = request.Method.Method;
        http.Request.Scheme = address.Scheme;
        http.Request.Host = HostString.FromUriComponent(address);
        http.Request.Path = PathString.FromUriComponent(address);
        http.Request.QueryString = QueryString.FromUriComponent(address);
        http.Request.Body = received;
        http.Response.Body = sent;
        foreach (var (name, values) in request.Headers.NonValidated)
            http.Request.Headers[name] = values.ToArray();
        if (request.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
                http.Request.Headers[name] = values.ToArray();
        }

        return http;
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpResponse response, byte[] body)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)response.StatusCode) { RequestMessage = request, Content = new ByteArrayContent(body) };
        foreach (var (name, values) in response.Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, values.ToArray()))
                answer.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return answer;
    }

    /// <summary>What the simulator does to a connection, without there being one.</summary>
    private sealed class Connection(CancellationTokenSource cut) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = cut.Token;

        public void Abort() => cut.Cancel();
    }
}
