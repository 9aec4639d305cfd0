using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// Keeps this silo in its cluster: a heartbeat per period, and one whenever somebody announces a change. With each it
/// learns what it has lost, takes what is free and gives away what is too much for it.
/// </summary>
internal sealed class ClusterMember(IClusterTable table, ClusterMap map, Handover handover, SiloCaller caller, SiloDetails silo, IOptions<ClusterMembershipOptions> options, TimeProvider time, EngineLog log)
    : IMembership, IAsyncDisposable
{
    // Waiting for a silo to count as gone, it looks so much later than that, since clocks and ways differ a little.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _waiting = new();
    private SiloStatus _status = SiloStatus.Joining;
    private SiloStatus _announced = SiloStatus.None;
    private Task _beating = Task.CompletedTask;
    private long _lastBeat;
    private long _judgesFrom;
    private bool _failing;

    private TimeSpan Period => options.Value.IAmAliveTablePublishTimeout;

    // Two periods without a heartbeat and others may take what is this silo's; it stops a little earlier.
    private TimeSpan Lease => (2 * Period) - (Period / 5);

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.JoinAsync(handover.Report(_status), cancellationToken);
        }
        catch
        {
            await table.DropAsync();
            throw;
        }
    }

    public async Task ActivateAsync(CancellationToken cancellationToken)
    {
        _status = SiloStatus.Active;
        _lastBeat = time.GetTimestamp();
        _beating = Task.Run(RunAsync, CancellationToken.None);
        await _settled.Task.WaitAsync(cancellationToken);
        await handover.SettledAsync();
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (_status != SiloStatus.Active)
            return;
        _status = SiloStatus.ShuttingDown;
        Wake();
        // Until a beat has told so, another one under way may still take partitions.
        await _draining.Task.WaitAsync(Period, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        caller.HasHeirs = map.View.Living.Any(other => other.Status == SiloStatus.Active && !other.Silo.Equals(silo.SiloAddress));
        await handover.GiveAllAsync(cancellationToken);
    }

    public async Task LeaveAsync()
    {
        await StopAsync();
        try
        {
            await table.LeaveAsync(CancellationToken.None).WaitAsync(Period, time);
        }
        catch (Exception exception)
        {
            // The others will find out by themselves.
            log.HeartbeatFailed(exception);
        }

        await table.DropAsync();
    }

    public async Task KillAsync()
    {
        await StopAsync();
        handover.DropAll();
        await table.DropAsync();
    }

    // A silo whose start failed is stopped by nobody else.
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopAsync()
    {
        await Task.Run(() => End(_stopped));
        Wake();
        await _beating;
    }

    private void Wake() => End(Volatile.Read(ref _waiting));

    private static void End(CancellationTokenSource waiting)
    {
        try
        {
            waiting.Cancel();
        }
        catch (AggregateException)
        {
            // A statement is told to end whose connection is being closed at this moment: it has ended.
        }
    }

    private async Task RunAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            var waiting = new CancellationTokenSource();
            Volatile.Write(ref _waiting, waiting);
            var pause = Period / 5;
            try
            {
                pause = await BeatAsync();
                if (_failing)
                    log.ClusterReached();
                _failing = false;
            }
            catch (Exception exception)
            {
                if (!_failing)
                    log.HeartbeatFailed(exception);
                _failing = true;
                // It has waited for a whole period already.
                if (exception is OperationCanceledException)
                    pause = TimeSpan.Zero;
                await table.DropAsync();
            }

            if (pause > TimeSpan.Zero)
                await WaitAsync(pause, waiting);
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationTokenSource waiting)
    {
        await using var timer = time.CreateTimer(static waiting => End((CancellationTokenSource)waiting!), waiting, pause, Timeout.InfiniteTimeSpan);
        try
        {
            if (!_stopped.IsCancellationRequested)
                await table.WaitAsync(waiting.Token);
        }
        catch (Exception)
        {
            // The time is up; or the connection is gone, which the next beat tells.
        }
    }

    // Returns after which time the next is due.
    private async Task<TimeSpan> BeatAsync()
    {
        using var limit = new CancellationTokenSource(Period, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopped.Token);
        var sent = time.GetTimestamp();
        // Who was away for long finds everybody's heartbeat old, and waits until they have had their chance.
        var wasAway = time.GetElapsedTime(_lastBeat, sent) > 2 * Period;
        if (wasAway)
            _judgesFrom = time.Deadline(2 * Period, sent);
        var status = _status;
        var view = await table.BeatAsync(handover.Report(status), sent >= _judgesFrom, wasAway || status != _announced, either.Token);
        (_lastBeat, _announced) = (sent, status);
        Apply(view, sent);
        if (status == SiloStatus.Active)
            await BalanceAsync(view, either.Token);
        _settled.TrySetResult();
        if (status == SiloStatus.ShuttingDown)
            _draining.TrySetResult();
        // An answer that took longer than the lease is worth nothing.
        if (table.IsLeased && time.GetElapsedTime(sent) > Lease)
            return TimeSpan.Zero;
        var dies = view.Living.Where(other => !other.Silo.Equals(silo.SiloAddress)).Min(other => other.DiesIn) ?? Period;
        return dies <= TimeSpan.Zero ? Period / 5 : dies < Period ? dies + Grace : Period;
    }

    // What is lost is dropped first: the renewal lets turns go on.
    private void Apply(ClusterView view, long sent)
    {
        Tell(map.View, view);
        map.View = view;
        handover.Lose(view);
        caller.Router.Use(view);
        handover.Renew(table.IsLeased ? time.Deadline(Lease, sent) : long.MaxValue);
    }

    private void Tell(ClusterView before, ClusterView now)
    {
        foreach (var came in now.Living)
        {
            if (before.Find(came.Silo) is null && !came.Silo.Equals(silo.SiloAddress))
                log.SiloCame(came.Silo);
        }

        foreach (var gone in before.Living)
        {
            if (now.Find(gone.Silo) is not null || gone.Silo.Equals(silo.SiloAddress))
                continue;
            if (gone.Status == SiloStatus.ShuttingDown)
                log.SiloLeft(gone.Silo);
            else
                log.SiloDied(gone.Silo, before.Partitions.Count(partition => gone.Silo.Equals(partition.Owner)));
        }
    }

    private async Task BalanceAsync(ClusterView view, CancellationToken cancellationToken)
    {
        var (take, give) = Balance.Plan(view, silo.SiloAddress, handover.Held, handover.IsMine);
        if (take.Length > 0)
            handover.Take(await table.TakeAsync(view, take, cancellationToken));
        else if (give > 0)
            handover.Give(Math.Min(give, Balance.Step));
    }
}
