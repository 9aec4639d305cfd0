using System.Net;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Http;

/// <summary>The one HTTP client of the process. It has no timeout: deadlines are kept where the time is injected.</summary>
internal sealed class GraphHttp : IDisposable
{
    public GraphHttp(IOptions<GraphOptions> options)
    {
        Client = new HttpClient(options.Value.Handler?.Invoke() ?? NewHandler(), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        Client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("MetaGrains/0.1");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    // No cookies: Meta sets some, and the tokens of many tenants share this client. No redirects: the token would
    // follow one to wherever it points.
    private static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        EnableMultipleHttp2Connections = true,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };
}
