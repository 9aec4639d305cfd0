using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Network;

/// <summary>
/// A client outside of the silo. It keeps one connection and makes a new one by itself. A call that has not left, or
/// that a silo turned away unrun, is sent again until its deadline; one that may have run never is.
/// </summary>
internal sealed class RemoteCaller(
    IServiceProvider services, ApplicationParts parts, ClusterSecret secret, IOptions<ClientMessagingOptions> messaging, IOptions<ClusterOptions> cluster, TimeProvider time, EngineLog log,
    IEnumerable<IOutgoingGrainCallFilter> filters)
    : GrainCaller(services, parts, messaging.Value, time, log, filters)
{
    private const int MaxWaiting = 10_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<Call> _waiting = [];
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IGateways _gateways = services.GetService<IGateways>()
        ?? throw new OrleansConfigurationException("The client has no way to find a silo: call UseLocalhostClustering or UseAdoNetClustering on the client builder.");

    private volatile SiloLink? _link;
    private Dictionary<string, GrainType>? _manifest;
    private Task _connecting = Task.CompletedTask;

    public bool IsConnected => _link is not null;

    /// <summary>Waits for the first connection for as long as a call would. After that it goes on trying beside.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _connecting = Task.Run(ConnectAsync, CancellationToken.None);
        try
        {
            await _first.Task.WaitAsync(Messaging.ResponseTimeout, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.NoSilo("none answered within the response timeout");
        }
    }

    public async Task StopAsync()
    {
        await _stopped.CancelAsync();
        await _connecting;
    }

    public override void Send(Call call)
    {
        try
        {
            if (_link is { } link && link.Send(call))
                return;
        }
        catch (Exception exception)
        {
            call.Reject(exception);
            return;
        }

        Wait(call);
    }

    public override void Cancel(Call call) => _link?.Cancel(((IPendingCall)call).RequestId);

    public override void Finished(IPendingCall call) => _link?.Forget(call.RequestId);

    public override Exception Late(IPendingCall call) => call.RequestId != 0
        ? base.Late(call)
        : new SiloUnavailableException($"No silo took {call.Call.Method} of {call.Call.Target} within {TimeoutOf(call.Call.Method)}; it was not run.");

    protected override GrainType TypeOf(ContractModel contract, string? classNamePrefix)
    {
        if (_manifest is not { } manifest)
            throw new SiloUnavailableException("No silo has been reached yet, so the grain classes are unknown; nothing was run.");
        return manifest.TryGetValue(contract.WireName, out var type)
            ? type
            : throw new ArgumentException($"The silo has no grain class that alone implements {contract.Interface}.");
    }

    private void Wait(Call call)
    {
        var refused = call.Method.IsOneWay || _stopped.IsCancellationRequested ? "No silo can be reached" : null;
        if (refused is null)
        {
            lock (_gate)
            {
                if (_waiting.Count < MaxWaiting)
                    _waiting.Add(call);
                else
                    refused = $"{MaxWaiting} calls wait for a connection already";
            }
        }

        if (refused is not null)
            call.Reject(new SiloUnavailableException($"{refused}; the call was not run."));
        // The link may have come up before the call stood in the list.
        else if (_link is not null)
            SendWaiting();
    }

    private void SendWaiting()
    {
        Call[] calls;
        lock (_gate)
        {
            calls = [.. _waiting];
            _waiting.Clear();
        }

        var now = Time.GetTimestamp();
        foreach (var call in calls.Where(call => call.Deadline > now && !((IPendingCall)call).IsOver))
            Send(call);
    }

    private async Task ConnectAsync()
    {
        var pause = FirstPause;
        while (!_stopped.IsCancellationRequested)
        {
            var why = await TryGatewaysAsync();
            if (why is null)
            {
                pause = FirstPause;
                continue;
            }

            if (pause == FirstPause && !_stopped.IsCancellationRequested)
                Log.NoSilo(why);
            RejectLate();
            await Task.Delay(pause, Time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Null: there was a connection, and it has ended.
    private async Task<string?> TryGatewaysAsync()
    {
        var why = "the cluster has no silo";
        try
        {
            var gateways = (await _gateways.FindAsync(_stopped.Token)).ToArray();
            Random.Shared.Shuffle(gateways);
            foreach (var gateway in gateways)
            {
                try
                {
                    await using var link = await SiloLink.OpenAsync(gateway, cluster.Value.ClusterId, secret, Messaging.MaxMessageBodySize, Time, NotRun, _stopped.Token);
                    await UseAsync(link);
                    return null;
                }
                catch (Exception exception)
                {
                    why = $"{gateway}: {exception.Message}";
                }
            }
        }
        catch (Exception exception)
        {
            why = exception.Message;
        }

        return why;
    }

    private async Task UseAsync(SiloLink link)
    {
        var running = link.RunAsync(_stopped.Token);
        _manifest = link.Manifest;
        _link = link;
        Log.Connected(link.Silo);
        _first.TrySetResult();
        SendWaiting();
        await running;
        _link = null;
    }

    // Sent again after a pause, because a silo that stops turns away everything until it is gone.
    private void NotRun(IPendingCall call, Exception reason) => _ = SendAgainAsync(call.Call);

    private async Task SendAgainAsync(Call call)
    {
        await Task.Delay(FirstPause, Time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ((IPendingCall)call).RequestId = 0;
        if (!((IPendingCall)call).IsOver)
            Send(call);
    }

    private void RejectLate()
    {
        lock (_gate)
            _waiting.RemoveAll(call => ((IPendingCall)call).IsOver);
    }
}
