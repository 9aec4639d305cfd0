using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>A request as it came over the wire.</summary>
public sealed record SeenRequest(
    string Method, string Path, string RawQuery, IQueryCollection Query, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Form)
{
    /// <summary>The items of a batch: verb, relative URL and body.</summary>
    public IReadOnlyList<(string Method, string Url, string Body)> BatchItems
    {
        get
        {
            using var batch = JsonDocument.Parse(Form["batch"]);
            return [.. batch.RootElement.EnumerateArray().Select(item => (
                item.GetProperty("method").GetString()!,
                item.GetProperty("relative_url").GetString()!,
                item.TryGetProperty("body", out var body) ? body.GetString()! : ""))];
        }
    }
}

/// <summary>One answer inside a batch.</summary>
public sealed record ScriptedItem(string Body, int Code = 200, params (string Name, string Value)[] Headers);

/// <summary>A real HTTP server on a loopback port that plays a script, one answer for each request.</summary>
public sealed class ScriptedGraph : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();

    private ScriptedGraph(WebApplication app) => _app = app;

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public static async Task<ScriptedGraph> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ScriptedGraph(app);
        app.Run(server.PlayAsync);
        await app.StartAsync();
        return server;
    }

    public ScriptedGraph Answer(string body, int status = 200, params (string Name, string Value)[] headers) =>
        Do(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json; charset=UTF-8";
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        });

    public ScriptedGraph Error(int code, int? subcode = null, int status = 400, string message = "Refused", params (string Name, string Value)[] headers) =>
        Answer(Pages.Error(code, subcode, message), status, headers);

    /// <summary>Answers a batch, item by item; a null item is one that Meta did not get to.</summary>
    public ScriptedGraph Batch(params ScriptedItem?[] items) => Answer(JsonSerializer.Serialize(items.Select(item => item is null ? null : new
    {
        code = item.Code,
        headers = item.Headers.Select(header => new { name = header.Name, value = header.Value }),
        body = item.Body,
    })));

    /// <summary>Cuts the connection, after some bytes of a body that promised to be longer.</summary>
    public ScriptedGraph Reset(string? part = null) =>
        Do(async context =>
        {
            if (part is not null)
            {
                context.Response.ContentLength = part.Length + 100;
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(part));
                await context.Response.Body.FlushAsync();
            }

            context.Abort();
        });

    /// <summary>Never answers, or never ends its answer.</summary>
    /// <returns>Completes once the request is there and hangs.</returns>
    public Task Hang(string part = "")
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(async context =>
        {
            if (part.Length > 0)
            {
                await context.Response.WriteAsync(part, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            hangs.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        return hangs.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
    }

    public ScriptedGraph Do(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task PlayAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted)).ToDictionary(part => part.Key, part => part.Value.ToString(), StringComparer.Ordinal)
            : [];
        Requests.Enqueue(new SeenRequest(
            context.Request.Method,
            context.Request.Path.Value!,
            context.Request.QueryString.Value ?? "",
            context.Request.Query,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            form));
        if (!_script.TryDequeue(out var answer))
            answer = unscripted =>
            {
                unscripted.Response.StatusCode = 418;
                return Task.CompletedTask;
            };
        try
        {
            await answer(context);
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }
    }
}
