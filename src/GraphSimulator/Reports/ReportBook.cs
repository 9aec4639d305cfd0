using System.Collections.Concurrent;
using System.Globalization;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Reports;

/// <summary>All report runs of the last days, and the daily quotas of the queries that have one.</summary>
internal sealed class ReportBook(SimulatedReports options, TimeProvider clock, int seed)
{
    /// <summary>The oldest runs are forgotten beyond this many.</summary>
    private const int MostKept = 50_000;

    /// <summary>Rows of the runs looked at longest ago are let go beyond this many bytes.</summary>
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly Queue<(ReportRun Run, long Bytes)> _held = new();
    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(13);
    private readonly ConcurrentDictionary<string, ReportRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private readonly Dictionary<(long Account, string Kind), List<DateTimeOffset>> _quotas = [];
    private readonly Lock _lock = new();
    private long _count;
    private long _bytes;

    public SimulatedReports Options => options;

    public ReportRun? Find(string id) =>
        _runs.TryGetValue(id, out var run) && clock.GetUtcNow() - run.Times.CreatedAt < options.Lifetime ? run : null;

    public bool Remove(string id) => _runs.TryRemove(id, out _);

    /// <summary>The next id and the chance that goes with it.</summary>
    public (string Id, Chance Chance) Next()
    {
        var number = Interlocked.Increment(ref _count);
        var id = 6_023_000_000_000_000 + (long)(_chance.Bits % 1_000_000 * 100_000) + number;
        return (id.ToString(CultureInfo.InvariantCulture), _chance.At((ulong)number));
    }

    /// <summary>When a run of an account that is asked for now will start, run and be done.</summary>
    /// <param name="stall">How much longer than usual it waits.</param>
    public ReportTimes Schedule(long account, DateTimeOffset now, TimeSpan stall)
    {
        var begin = now + stall;
        if (options.AtATime is { } most)
        {
            var busy = _runs.Values.Where(run => run.Account == account && run.Times.DoneAt > now).Select(run => run.Times.DoneAt).Order().ToArray();
            if (busy.Length >= most && busy[^most] > begin)
                begin = busy[^most];
        }

        var started = begin + options.Queued;
        return new ReportTimes(now, started, started + options.Started, started + options.Started + options.Running);
    }

    public void Add(ReportRun run)
    {
        _runs[run.Id] = run;
        _order.Enqueue(run.Id);
        while (_order.Count > MostKept && _order.TryDequeue(out var oldest))
            _runs.TryRemove(oldest, out _);
    }

    /// <summary>Remembers that a run holds rows now.</summary>
    public void Hold(ReportRun run, long bytes)
    {
        lock (_lock)
        {
            _held.Enqueue((run, bytes));
            _bytes += bytes;
            while (_bytes > MostBytes && _held.Count > 1)
            {
                var (oldest, freed) = _held.Dequeue();
                oldest.Forget();
                _bytes -= freed;
            }
        }
    }

    /// <summary>Counts a query against a quota of so many within a day.</summary>
    /// <returns>How many are used, this one included; more than <paramref name="most"/> means that it is refused.</returns>
    public int UseQuota(long account, string kind, int most, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_quotas.TryGetValue((account, kind), out var used))
                _quotas.Add((account, kind), used = []);
            used.RemoveAll(at => now - at >= TimeSpan.FromDays(1));
            if (used.Count >= most)
                return most + 1;
            used.Add(now);
            return used.Count;
        }
    }
}
