using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Cli.Tests.Support;

/// <summary>What the API was asked.</summary>
internal sealed record Asked(string Line, string Body, string Authorization, string IdempotencyKey);

/// <summary>What the API answers.</summary>
internal sealed record Reply(int Status, string Body, string? RetryAfter = null, string MediaType = "application/json")
{
    /// <summary>A body that is no text; null for <see cref="Body"/>.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>True: the connection breaks after the body, which was to be longer.</summary>
    public bool BreaksOff { get; init; }

    public static Reply Ok(string body) => new(200, body);

    public static Reply Problem(int status, string detail, string fix, string field = "") => new(
        status,
        $$"""{"type":"about:blank","title":"T","status":{{status}},"detail":"{{detail}}","field":{{(field == "" ? "null" : $"\"{field}\"")}},"fix":"{{fix}}","trace_id":"abc"}""",
        MediaType: "application/problem+json");
}

/// <summary>
/// An HTTP server that answers as the REST format says, line by line: <c>GET /v1/tenants?limit=6</c> → replies, the last
/// of which is repeated. What is not scripted is answered with 404.
/// </summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    public const string Key = "mgop_test";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<Reply>> _replies = new();
    private readonly ConcurrentQueue<Asked> _asked = new();
    private readonly WebApplication _app;

    private ScriptedApi(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First() + "/");

    public IReadOnlyList<Asked> AskedFor => [.. _asked];

    public static async Task<ScriptedApi> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var api = new ScriptedApi(app);
        app.Run(api.AnswerAsync);
        await app.StartAsync();
        return api;
    }

    public ScriptedApi On(string line, params Reply[] replies)
    {
        _replies[line] = new ConcurrentQueue<Reply>(replies);
        return this;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var line = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}";
        _asked.Enqueue(new Asked(line, await reader.ReadToEndAsync(), http.Request.Headers.Authorization.ToString(), http.Request.Headers["Idempotency-Key"].ToString()));
        var reply = Reply.Problem(404, $"Nothing is scripted for {line}.", "Script it.");
        if (_replies.TryGetValue(line, out var replies) && replies.TryPeek(out var next))
        {
            reply = next;
            if (replies.Count > 1)
                replies.TryDequeue(out _);
        }

        http.Response.StatusCode = reply.Status;
        if (reply.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = wait;
        if (reply.Status == 204)
            return;
        http.Response.ContentType = reply.MediaType;
        var body = reply.Bytes ?? Encoding.UTF8.GetBytes(reply.Body);
        // A body shorter than was said: the connection ends, and its reader knows.
        http.Response.ContentLength = body.Length + (reply.BreaksOff ? 1 : 0);
        await http.Response.Body.WriteAsync(body);
    }
}
