using MetaGrains.GraphSimulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>Stands before the simulator and can hold a call back, so that a process can be killed while it waits for the answer.</summary>
internal sealed class GraphGate : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _holdAt;

    private GraphGate(GraphSimulatorServer simulator)
    {
        _client = new HttpClient { BaseAddress = simulator.BaseAddress };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(PassAsync);
    }

    /// <summary>Where the gate listens.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");

    /// <summary>Completes when the call that is to be held has come.</summary>
    public Task Held => _held.Task;

    public static async Task<GraphGate> StartAsync(GraphSimulatorServer simulator)
    {
        var gate = new GraphGate(simulator);
        await gate._app.StartAsync();
        return gate;
    }

    /// <summary>Holds the n-th call from now on, before it reaches the simulator; one call in the life of a gate.</summary>
    public void HoldAt(int call) => Volatile.Write(ref _holdAt, Volatile.Read(ref _calls) + call);

    /// <summary>Lets the held call, and all others, pass.</summary>
    public void Open() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Open();
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassAsync(HttpContext http)
    {
        if (Interlocked.Increment(ref _calls) == Volatile.Read(ref _holdAt))
        {
            _held.TrySetResult();
            await _open.Task.WaitAsync(http.RequestAborted);
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path.Value + http.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated).Where(header => header.Key is not "Transfer-Encoding"))
            http.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
