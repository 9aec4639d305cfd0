namespace MetaGrains.Bench.Wake;

/// <summary>One wake that has durably advanced its due time.</summary>
/// <param name="DueMs">The due time, in milliseconds since 1970.</param>
/// <param name="Account">Number of the account.</param>
/// <param name="LagMicros">From the due time until it woke.</param>
/// <param name="StoredMicros">From the due time until the next one was stored.</param>
public readonly record struct Woken(long DueMs, int Account, int LagMicros, int StoredMicros);

/// <summary>The wakes of one process whose due times are in the window. All its memory is taken before the first.</summary>
/// <param name="room">Most wakes of a window.</param>
public sealed class WakeTally(int room)
{
    private readonly Woken[] _wakes = new Woken[room];
    private long _from = long.MaxValue;
    private long _until = long.MinValue;
    private int _count;
    private int _idleTicks;

    /// <summary>Wakes so far.</summary>
    public int Wakes => Volatile.Read(ref _count);

    /// <summary>Ticks in the window that found nothing due.</summary>
    public int IdleTicks => Volatile.Read(ref _idleTicks);

    /// <summary>Counts due times from one moment to before another, in milliseconds since 1970.</summary>
    public void Open(long fromMs, long untilMs) => (_until, _from) = (untilMs, fromMs);

    public void Count(int account, DateTimeOffset due, DateTimeOffset began, DateTimeOffset stored)
    {
        var dueMs = due.ToUnixTimeMilliseconds();
        if (dueMs >= _from && dueMs < _until)
            _wakes[Interlocked.Increment(ref _count) - 1] = new Woken(dueMs, account, Micros(began - due), Micros(stored - due));
    }

    public void CountIdleTick()
    {
        if (_from != long.MaxValue)
            Interlocked.Increment(ref _idleTicks);
    }

    public void Save(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        foreach (var wake in _wakes.AsSpan(0, Wakes))
        {
            writer.Write(wake.DueMs);
            writer.Write(wake.Account);
            writer.Write(wake.LagMicros);
            writer.Write(wake.StoredMicros);
        }
    }

    public static IEnumerable<Woken> Load(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
            yield return new Woken(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
    }

    private static int Micros(TimeSpan span) => (int)Math.Min(span.TotalMicroseconds, int.MaxValue);
}
