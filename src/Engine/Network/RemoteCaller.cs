using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Network;

/// <summary>
/// A client outside of the silos. It keeps a connection to each gateway it knows, and looks for gateways now and then,
/// and at once when a connection is lost or a silo does not know who owns a grain.
/// </summary>
internal sealed class RemoteCaller : GrainCaller
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ConnectedPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IGateways _gateways;
    private readonly Router _router;
    private CancellationTokenSource _wake = new();
    private Dictionary<string, GrainType>? _manifest;
    private Task _looking = Task.CompletedTask;

    public RemoteCaller(
        IServiceProvider services, ApplicationParts parts, LinkOptions options, IOptions<ClientMessagingOptions> messaging, TimeProvider time, EngineLog log,
        IEnumerable<IOutgoingGrainCallFilter> filters)
        : base(services, parts, messaging.Value, time, log, filters)
    {
        _gateways = services.GetService<IGateways>()
            ?? throw new OrleansConfigurationException("The client has no way to find a silo: call UseLocalhostClustering or UseAdoNetClustering on the client builder.");
        _router = new Router(this, options, Send, anySilo: true) { Connected = Use, Lost = () => Volatile.Read(ref _wake).Cancel() };
    }

    public bool IsConnected => _router.IsConnected;

    /// <summary>Waits for the first connection for as long as a call would. After that it goes on trying beside.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _looking = Task.Run(LookAsync, CancellationToken.None);
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
        await Volatile.Read(ref _wake).CancelAsync();
        await _looking;
        await _router.StopAsync();
    }

    public override void Send(Call call) => _router.Send(call);

    public override void Reroute(Call call) => _router.Send(call);

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

    private void Use(SiloLink link)
    {
        _manifest = link.Manifest;
        Log.Connected(link.Silo);
        _first.TrySetResult();
    }

    private async Task LookAsync()
    {
        var (pause, told) = (FirstPause, false);
        while (!_stopped.IsCancellationRequested)
        {
            // What happens from here on is seen now or wakes.
            Volatile.Write(ref _wake, new CancellationTokenSource());
            var why = await LookOnceAsync();
            if (IsConnected)
                (pause, told) = (FirstPause, false);
            else if (!told && pause > FirstPause && !_stopped.IsCancellationRequested)
            {
                Log.NoSilo(why ?? _router.Failure ?? "the cluster has no silo");
                told = true;
            }

            await WaitAsync(IsConnected ? ShortestPause : pause, _stopped.Token);
            if (IsConnected)
                await WaitAsync(ConnectedPause, Volatile.Read(ref _wake).Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Null, or why nothing could be found.
    private async Task<string?> LookOnceAsync()
    {
        try
        {
            var found = await _gateways.FindAsync(_stopped.Token);
            foreach (var gateway in found.Gateways)
                _router.Open(gateway);
            if (found.Owners is not { } owners)
                return null;
            foreach (var (partition, route) in owners)
                _router.Routes.Set(partition, route);
            _router.Retain(found.Gateways.ToHashSet());
            _router.Flush();
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken token) =>
        await Task.Delay(pause, Time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
