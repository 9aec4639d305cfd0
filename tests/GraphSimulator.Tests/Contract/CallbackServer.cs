using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>An app's callback: it echoes challenges and keeps what is posted.</summary>
internal sealed class CallbackServer : IAsyncDisposable
{
    public const string VerifyToken = "verify-me";

    private readonly WebApplication _app;

    private CallbackServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Post> Posts { get; } = new();

    /// <summary>How many of the next posts are answered with 500.</summary>
    public int FailuresToCome { get; set; }

    public string Answer { get; set; } = "";

    public string Url => $"{_app.Urls.First()}/callback";

    public static async Task<CallbackServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new CallbackServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = http.Request.Query["hub.verify_token"] == VerifyToken ? 200 : 403;
            await http.Response.WriteAsync(http.Request.Query["hub.challenge"].ToString());
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Posts.Enqueue(new Post(body.ToArray(), http.Request.Headers["X-Hub-Signature-256"].ToString(), http.Request.Headers["X-Hub-Signature"].ToString()));
        http.Response.StatusCode = FailuresToCome-- > 0 ? 500 : 200;
        await http.Response.WriteAsync(Answer);
    }

    internal sealed record Post(byte[] Body, string Sha256, string Sha1);
}
