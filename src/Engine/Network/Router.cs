using System.Collections.Concurrent;
using System.Net;
using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.Network;

/// <summary>
/// Brings calls to the silos that own their grains, over one connection each. A call that has not left, or that a silo
/// turned away unrun, waits and goes again until its deadline; one that may have run never does.
/// </summary>
/// <param name="again">What to do with a call that has waited.</param>
/// <param name="anySilo">Whether a silo that does not own the grain may be asked, which tells who does.</param>
internal sealed class Router(GrainCaller caller, LinkOptions options, Action<Call> again, bool anySilo)
{
    private const int MaxWaiting = 10_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WaitingPause = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<IPEndPoint, Peer> _peers = new();
    private readonly CancellationTokenSource _stopped = new();
    private List<Call> _waiting = [];
    private ITimer? _timer;

    private sealed class Peer
    {
        public volatile SiloLink? Link;
        public Task Running = Task.CompletedTask;
        public bool Opening;
        public long RetryAt;
        public TimeSpan Pause = FirstPause;
    }

    public Routes Routes { get; } = new();

    /// <summary>A connection stands.</summary>
    public Action<SiloLink>? Connected { get; set; }

    /// <summary>What is known is not true any more.</summary>
    public Action? Lost { get; set; }

    /// <summary>Why the last attempt to connect failed.</summary>
    public string? Failure { get; private set; }

    public bool IsConnected => _peers.Values.Any(peer => peer.Link is not null);

    public void Send(Call call)
    {
        try
        {
            if (LinkTo(call.Target) is { } link && link.Send(call))
                return;
        }
        catch (Exception exception)
        {
            call.Reject(exception);
            return;
        }

        Wait(call);
    }

    /// <summary>Sees that there is a connection, soon.</summary>
    public SiloLink? Open(IPEndPoint endpoint)
    {
        var peer = _peers.GetOrAdd(endpoint, static _ => new Peer());
        if (peer.Link is { } link)
            return link;
        lock (peer)
        {
            if (!peer.Opening && peer.Link is null && !_stopped.IsCancellationRequested && caller.Time.GetTimestamp() >= peer.RetryAt)
            {
                peer.Opening = true;
                peer.Running = Task.WhenAll(peer.Running, Task.Run(() => RunAsync(endpoint, peer)));
            }
        }

        return peer.Link;
    }

    /// <summary>Closes connections to silos that are gone; calls under way there learn that they may have run.</summary>
    public void Retain(IReadOnlySet<IPEndPoint> living)
    {
        foreach (var (endpoint, peer) in _peers.Where(pair => !living.Contains(pair.Key)))
        {
            peer.Link?.Abort("The silo is gone.");
            if (!peer.Opening)
                _peers.TryRemove(KeyValuePair.Create(endpoint, peer));
        }
    }

    /// <summary>Takes over what a silo sees of its cluster.</summary>
    public void Use(ClusterView view)
    {
        for (var partition = 0; partition < view.Partitions.Length; partition++)
            Routes.Set(partition, new Route(view.Find(view.Partitions[partition].Owner)?.Silo.Endpoint, view.Partitions[partition].Epoch));
        Retain(view.Living.Select(silo => silo.Silo.Endpoint).ToHashSet());
        Flush();
    }

    public async Task StopAsync()
    {
        await _stopped.CancelAsync();
        if (_timer is not null)
            await _timer.DisposeAsync();
        await Task.WhenAll(_peers.Values.Select(peer => peer.Running));
    }

    /// <summary>Sends what waits.</summary>
    public void Flush()
    {
        List<Call> calls;
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return;
            (calls, _waiting) = (_waiting, []);
        }

        var now = caller.Time.GetTimestamp();
        foreach (var call in calls.Where(call => call is not IPendingCall { IsOver: true } || call.Method.IsOneWay))
        {
            if (call.Deadline > now)
                again(call);
            else if (call.Method.IsOneWay)
                call.Reject(new SiloUnavailableException("No silo took the call in time; it was not run."));
        }
    }

    private SiloLink? LinkTo(GrainId target) =>
        Routes.Of(target).Endpoint is { } endpoint ? Open(endpoint)
            : anySilo ? _peers.Values.Select(peer => peer.Link).FirstOrDefault(link => link is not null)
            : null;

    private void Wait(Call call)
    {
        var refused = _stopped.IsCancellationRequested ? "No silo can be reached" : null;
        lock (_gate)
        {
            if (refused is null && _waiting.Count >= MaxWaiting)
                refused = $"{MaxWaiting} calls wait for a silo already";
            if (refused is null)
            {
                _waiting.Add(call);
                _timer ??= caller.Time.CreateTimer(static self => ((Router)self!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(WaitingPause, Timeout.InfiniteTimeSpan);
            }
        }

        if (refused is not null)
            call.Reject(new SiloUnavailableException($"{refused}; the call was not run."));
    }

    private void TurnedAway(Call call, Route? owner)
    {
        if (owner is not null && Routes.Learn(call.Target, owner))
        {
            again(call);
            return;
        }

        Lost?.Invoke();
        Wait(call);
    }

    private async Task RunAsync(IPEndPoint endpoint, Peer peer)
    {
        try
        {
            await using var link = await SiloLink.OpenAsync(endpoint, options, caller, TurnedAway, _stopped.Token);
            link.Closing = () => Interlocked.CompareExchange(ref peer.Link, null, link);
            Connected?.Invoke(link);
            lock (peer)
                (peer.Link, peer.Opening, peer.Pause) = (link, false, FirstPause);
            Flush();
            await link.RunAsync(_stopped.Token);
            link.Closing();
        }
        catch (Exception exception)
        {
            Failure = $"{endpoint}: {exception.Message}";
            lock (peer)
            {
                peer.Opening = false;
                peer.RetryAt = caller.Time.Deadline(peer.Pause);
                peer.Pause = peer.Pause * 2 < LongestPause ? peer.Pause * 2 : LongestPause;
            }

            if (anySilo)
                Routes.Forget(endpoint);
        }

        Lost?.Invoke();
    }
}
