using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Grains.Schedules;

/// <summary>
/// Writes the rows of <c>account_schedule</c> of all grains of a silo: what comes in while a statement runs, or within
/// the pause after it, goes into the next one, so that 10,000 accounts that wake at once cost a few statements.
/// </summary>
public sealed class ScheduleWriter
{
    private readonly Func<IReadOnlyCollection<(AdAccountKey Key, ScheduleRow Row)>, Task> _write;
    private readonly ScheduleWriterOptions _options;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private Dictionary<AdAccountKey, Entry> _open = [];
    private bool _writing;
    private long _lastBegan;

    /// <summary>A writer to a store.</summary>
    public ScheduleWriter(ScheduleStore store, IOptions<ScheduleWriterOptions> options, TimeProvider clock)
        : this(rows => store.WriteAsync(rows, CancellationToken.None), options.Value, clock)
    {
    }

    internal ScheduleWriter(
        Func<IReadOnlyCollection<(AdAccountKey Key, ScheduleRow Row)>, Task> write, ScheduleWriterOptions options, TimeProvider clock)
    {
        (_write, _options, _clock) = (write, options, clock);
        _lastBegan = clock.GetTimestamp() - (long)(options.Pause.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>Writes an account's row, or a later one of it.</summary>
    /// <returns>Done when the row is stored; failed when it, or the database, could not take it.</returns>
    public Task WriteAsync(AdAccountKey key, ScheduleRow row)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(key, out var entry))
                entry.Row = row;
            else
                _open.Add(key, entry = new Entry(key, row));
            if (!_writing)
            {
                _writing = true;
                // Not in the caller's turn: it waits for many others' rows.
                _ = Task.Run(WriteAllAsync);
            }

            return entry.Stored.Task;
        }
    }

    private async Task WriteAllAsync()
    {
        while (true)
        {
            var rest = _options.Pause - _clock.GetElapsedTime(_lastBegan);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, _clock, CancellationToken.None);
            Dictionary<AdAccountKey, Entry> batch;
            lock (_gate)
            {
                if (_open.Count == 0)
                {
                    _writing = false;
                    return;
                }

                (batch, _open) = (_open, []);
                _lastBegan = _clock.GetTimestamp();
            }

            foreach (var part in batch.Values.Chunk(_options.MaxRows))
                await WritePartAsync(part);
        }
    }

    // One bad row, such as that of an account that was deleted meanwhile, must not fail the others': halves find it.
    private async Task WritePartAsync(Entry[] part)
    {
        try
        {
            await _write([.. part.Select(entry => (entry.Key, entry.Row))]);
        }
        catch (PostgresException refused) when (part.Length > 1 && !refused.IsTransient)
        {
            await WritePartAsync(part[..(part.Length / 2)]);
            await WritePartAsync(part[(part.Length / 2)..]);
            return;
        }
        catch (Exception failure)
        {
            foreach (var entry in part)
                entry.Stored.SetException(failure);
            return;
        }

        foreach (var entry in part)
            entry.Stored.SetResult();
    }

    private sealed class Entry(AdAccountKey key, ScheduleRow row)
    {
        public AdAccountKey Key => key;

        public ScheduleRow Row { get; set; } = row;

        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
