namespace MetaGrains.GraphSimulator.Control;

/// <summary>One call as it may be written down: without its token.</summary>
internal sealed record Call(DateTimeOffset Time, string Method, string Path, string? Account, int Status, string? Fault);

/// <summary>Counts the calls and remembers the last ones.</summary>
internal sealed class CallLog
{
    public const int Remembered = 1_000;

    private readonly Lock _lock = new();
    private readonly Call[] _ring = new Call[Remembered];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add(Call call)
    {
        lock (_lock)
            _ring[_count++ % Remembered] = call;
    }

    /// <summary>The last calls, oldest first.</summary>
    public IReadOnlyList<Call> Last(int most)
    {
        lock (_lock)
        {
            var kept = (int)Math.Min(Math.Min(most, Remembered), _count);
            return [.. Enumerable.Range(0, kept).Select(back => _ring[(_count - kept + back) % Remembered])];
        }
    }
}
