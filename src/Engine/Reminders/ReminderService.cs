using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.Options;
using Orleans.Hosting;

namespace MetaGrains.Engine.Reminders;

/// <summary>
/// Ticks the reminders of the partitions that this silo owns. Ticks are ordinary calls; so many run at once, few at
/// first after a start, twice as many each second. Nothing is written per tick: one update moves all watermarks.
/// </summary>
internal sealed class ReminderService(IReminderTable table, IWatermarks watermarks, GrainClasses classes, IOptions<ReminderOptions> options, TimeProvider time, EngineLog log)
{
    private const int FirstTicksAtOnce = 32;
    private const int MostTicksAtOnce = 1024;
    private const int ReadsAtOnce = 8;
    private static readonly TimeSpan WatermarkPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly ReminderAgenda _agenda = new();
    private readonly CancellationTokenSource _stopped = new();
    private GrainCaller _caller = null!;
    private ITimer? _timer;
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

    public async Task StartAsync(GrainCaller caller, CancellationToken cancellationToken)
    {
        _caller = caller;
        await table.StartAsync(cancellationToken);
        var reached = await watermarks.ReadAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var rows = await ReadAsync();
        _timer = time.CreateTimer(static self => ((ReminderService)self!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            for (var partition = 0; partition < reached.Length; partition++)
                _agenda.SetWatermark(partition, reached[partition] ?? now);
            _agenda.Merge(rows, _agenda.Stamp);
            _startedAt = time.GetTimestamp();
        }

        await MoveWatermarksAsync(cancellationToken);
        _loops = Task.WhenAll(
            LoopAsync(WatermarkPeriod, MoveWatermarksAsync),
            LoopAsync(options.Value.RefreshReminderListPeriod, RefreshAsync));
        Pump();
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

    /// <summary>Notes how far it came, once the grains have ended.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MoveWatermarksAsync(cancellationToken);
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
                        _timer.Change(next - now < LongestWait ? next - now : LongestWait, Timeout.InfiniteTimeSpan);
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

    private async Task<List<ReminderEntry>> ReadAsync()
    {
        var rows = new List<ReminderEntry>();
        foreach (var partitions in Enumerable.Range(0, ReminderTimes.Partitions).Chunk(ReminderTimes.Partitions / ReadsAtOnce))
        {
            // Neighbouring partitions are read together: their hashes are one range.
            var range = (ReminderTimes.Range(partitions[0]).Begin, ReminderTimes.Range(partitions[^1]).End);
            rows.AddRange((await table.ReadRows(range.Begin, range.End)).Reminders);
        }

        return rows;
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        long stamp;
        lock (_gate)
            stamp = _agenda.Stamp;
        var rows = await ReadAsync();
        lock (_gate)
            _agenda.Merge(rows, stamp);
        Pump();
    }

    private Task MoveWatermarksAsync(CancellationToken cancellationToken)
    {
        DateTime[] reached;
        lock (_gate)
            reached = _agenda.Advance(time.GetUtcNow().UtcDateTime);
        return watermarks.WriteAsync([.. reached.Cast<DateTime?>()], cancellationToken);
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
