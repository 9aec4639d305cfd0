using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Options;
using Orleans.Hosting;

namespace MetaGrains.Engine.Reminders;

/// <summary>
/// Ticks the reminders of the partitions that this silo owns. Ticks are ordinary calls; so many run at once, few at
/// first after a start, twice as many each second. Nothing is written per tick: one update moves all watermarks.
/// </summary>
internal sealed class ReminderService(IReminderTable table, IWatermarks watermarks, Ownership ownership, GrainClasses classes, IOptions<ReminderOptions> options, TimeProvider time, EngineLog log)
{
    private const int FirstTicksAtOnce = 32;
    private const int MostTicksAtOnce = 1024;
    private const int PartitionsPerRead = 32;
    private static readonly TimeSpan WatermarkPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly ReminderAgenda _agenda = new();
    private readonly Tenure?[] _tenures = new Tenure?[ReminderTimes.Partitions];
    private readonly CancellationTokenSource _stopped = new();
    private GrainCaller _caller = null!;
    private TickTimer? _timer;
    private Task _loops = Task.CompletedTask;
    private long _startedAt;
    private int _running;
    private bool _closed;

    /// <summary>How many reminders this silo owns.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _agenda.Count;
        }
    }

    /// <summary>When the next tick is due that is not due yet.</summary>
    public DateTime? NextDue
    {
        get
        {
            lock (_gate)
                return _agenda.NextDue;
        }
    }

    /// <summary>How late the oldest tick is that is not delivered.</summary>
    public TimeSpan Lag
    {
        get
        {
            lock (_gate)
                return _agenda.OldestDue is { } due && time.GetUtcNow().UtcDateTime - due is var lag && lag > TimeSpan.Zero ? lag : TimeSpan.Zero;
        }
    }

    /// <summary>Ready, but without partitions: they come by <see cref="TakeAsync"/>.</summary>
    public async Task StartAsync(GrainCaller caller, CancellationToken cancellationToken)
    {
        _caller = caller;
        await table.StartAsync(cancellationToken);
        _timer = new TickTimer(time, Ring);
        lock (_gate)
        {
            for (var partition = 0; partition < ReminderTimes.Partitions; partition++)
                _agenda.Close(partition);
            _startedAt = time.GetTimestamp();
        }

        _loops = Task.WhenAll(
            LoopAsync(WatermarkPeriod, MoveWatermarksAsync),
            LoopAsync(options.Value.RefreshReminderListPeriod, RefreshAsync));
    }

    /// <summary>Begins to tick partitions from where their last owner has come to. Tries until it can or they are lost.</summary>
    public async Task TakeAsync(IReadOnlyList<Tenure> tenures)
    {
        while (!_stopped.IsCancellationRequested && tenures.Any(ownership.IsOpen))
        {
            try
            {
                await LoadAsync(tenures);
                return;
            }
            catch (Exception exception)
            {
                if (!_stopped.IsCancellationRequested)
                    log.RemindersUnavailable(exception);
            }

            await Task.Delay(RetryPause, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Begins no tick of these any more; those under way go on.</summary>
    public void Close(IEnumerable<Tenure> tenures)
    {
        lock (_gate)
        {
            foreach (var tenure in tenures)
                _agenda.Close(tenure.Partition);
        }
    }

    /// <summary>Notes how far these partitions came, once their grains have ended, and forgets them.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<Tenure> tenures)
    {
        try
        {
            await MoveWatermarksAsync(tenures, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The next owner ticks again what this one has ticked since the last time.
            log.RemindersUnavailable(exception);
        }

        Drop(tenures);
    }

    /// <summary>Forgets partitions that are another silo's now.</summary>
    public void Drop(IReadOnlyCollection<Tenure> tenures)
    {
        lock (_gate)
        {
            foreach (var tenure in tenures)
            {
                _agenda.Close(tenure.Partition);
                _tenures[tenure.Partition] = null;
            }

            _agenda.Forget(tenures.Select(tenure => tenure.Partition).ToHashSet());
        }
    }

    /// <summary>Begins no tick any more. Ticks that run go on, and <see cref="CloseAsync"/> waits for nobody.</summary>
    public async Task StopAsync()
    {
        lock (_gate)
            _closed = true;
        await _stopped.CancelAsync();
        _timer?.Dispose();
        await _loops;
    }

    /// <summary>The end, once all partitions are released.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.StopAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            log.RemindersUnavailable(exception);
        }
    }

    public IDisposable Hold(GrainId grain, DateTime from)
    {
        lock (_gate)
            _agenda.Hold(grain, from);
        return new Held(this, grain, from);
    }

    public void Put(ReminderEntry entry)
    {
        lock (_gate)
            _agenda.Put(entry);
        Pump();
    }

    public void Remove(GrainId grain, string name)
    {
        lock (_gate)
            _agenda.Remove(grain, name);
    }

    private void Ring()
    {
        lock (_gate)
            _timer!.Rang();
        Pump();
    }

    private void Pump()
    {
        while (true)
        {
            Appointment? due;
            lock (_gate)
            {
                if (_closed || _timer is null || _running >= Allowed())
                    return;
                var now = time.GetUtcNow().UtcDateTime;
                due = _agenda.Take(now);
                if (due is null)
                {
                    if (_agenda.NextDue is { } next)
                        _timer.Set(next, now);
                    return;
                }

                _running++;
            }

            _ = TickAsync(due);
        }
    }

    private int Allowed()
    {
        var doublings = (int)Math.Min(time.GetElapsedTime(_startedAt).TotalSeconds, 16);
        return Math.Min(FirstTicksAtOnce << doublings, MostTicksAtOnce);
    }

    private async Task TickAsync(Appointment due)
    {
        var entry = due.Entry;
        var delivered = true;
        try
        {
            var now = time.GetUtcNow().UtcDateTime;
            EngineTelemetry.TickLag.Record((now - due.Due).TotalSeconds);
            if (classes.Find(entry.GrainId.Type) is null)
                throw new InvalidOperationException($"No grain class has [GrainType(\"{entry.GrainId.Type}\")] any more.");
            await _caller.GetGrain<IRemindable>(entry.GrainId).ReceiveReminder(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, now));
            EngineTelemetry.Ticks.Add(1);
        }
        catch (Exception exception) when (exception is OrleansMessageRejectionException or LimitExceededException or NotRunInTimeException)
        {
            delivered = false;
            log.TickRejected(exception, entry.GrainId, entry.ReminderName);
            await Task.Delay(RetryPause, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception)
        {
            log.TickFailed(exception, entry.GrainId, entry.ReminderName);
        }

        lock (_gate)
        {
            _running--;
            if (delivered)
                _agenda.Done(due, time.GetUtcNow().UtcDateTime);
            else
                _agenda.Again(due);
        }

        Pump();
    }

    private async Task LoadAsync(IReadOnlyList<Tenure> tenures)
    {
        long stamp;
        lock (_gate)
            stamp = _agenda.Stamp;
        var reached = await watermarks.ReadAsync(_stopped.Token);
        var rows = await ReadAsync(tenures);
        lock (_gate)
        {
            var now = time.GetUtcNow().UtcDateTime;
            var here = tenures.Where(ownership.IsOpen).ToArray();
            var partitions = here.Select(tenure => tenure.Partition).ToHashSet();
            foreach (var tenure in here)
            {
                _tenures[tenure.Partition] = tenure;
                _agenda.SetWatermark(tenure.Partition, reached[tenure.Partition] ?? now);
            }

            _agenda.Merge(rows.Where(row => partitions.Contains(ReminderTimes.PartitionOf(row.GrainId))), stamp, partitions);
            foreach (var partition in partitions)
                _agenda.Open(partition);
        }

        Pump();
        await MoveWatermarksAsync(tenures, _stopped.Token);
    }

    // Neighbouring partitions are read together, as far as they fit: their hashes are one range.
    private async Task<List<ReminderEntry>> ReadAsync(IEnumerable<Tenure> tenures)
    {
        var rows = new List<ReminderEntry>();
        var partitions = new Queue<int>(tenures.Select(tenure => tenure.Partition).Order());
        while (partitions.TryDequeue(out var first))
        {
            var last = first;
            while (partitions.TryPeek(out var next) && next == last + 1 && next - first < PartitionsPerRead)
                last = partitions.Dequeue();
            rows.AddRange((await table.ReadRows(ReminderTimes.Range(first).Begin, ReminderTimes.Range(last).End)).Reminders);
        }

        return rows;
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        Tenure[] tenures;
        long stamp;
        lock (_gate)
            (tenures, stamp) = ([.. _tenures.OfType<Tenure>()], _agenda.Stamp);
        var rows = await ReadAsync(tenures);
        lock (_gate)
        {
            var partitions = tenures.Where(tenure => _tenures[tenure.Partition] == tenure).Select(tenure => tenure.Partition).ToHashSet();
            _agenda.Merge(rows.Where(row => partitions.Contains(ReminderTimes.PartitionOf(row.GrainId))), stamp, partitions);
        }

        Pump();
    }

    private Task MoveWatermarksAsync(CancellationToken cancellationToken) => MoveWatermarksAsync(_tenures, cancellationToken);

    private Task MoveWatermarksAsync(IEnumerable<Tenure?> tenures, CancellationToken cancellationToken)
    {
        Watermark[] moved;
        lock (_gate)
        {
            var reached = _agenda.Advance(time.GetUtcNow().UtcDateTime);
            moved = [.. tenures.OfType<Tenure>().Where(tenure => _tenures[tenure.Partition] == tenure)
                .Select(tenure => new Watermark(tenure.Partition, reached[tenure.Partition], tenure.Epoch))];
        }

        return watermarks.WriteAsync(moved, cancellationToken);
    }

    private async Task LoopAsync(TimeSpan period, Func<CancellationToken, Task> action)
    {
        var token = _stopped.Token;
        while (!token.IsCancellationRequested)
        {
            await Task.Delay(period, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!token.IsCancellationRequested)
                    await action(token);
            }
            catch (Exception exception)
            {
                if (!token.IsCancellationRequested)
                    log.RemindersUnavailable(exception);
            }
        }
    }

    private sealed class Held(ReminderService service, GrainId grain, DateTime from) : IDisposable
    {
        public void Dispose()
        {
            lock (service._gate)
                service._agenda.Release(grain, from);
        }
    }
}
