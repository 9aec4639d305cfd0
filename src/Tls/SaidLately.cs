namespace MetaGrains.Tls;

/// <summary>Who is refused tries on; the log needs that once in a while.</summary>
internal sealed class SaidLately(TimeProvider clock)
{
    private const int Most = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _said = new(StringComparer.Ordinal);

    public bool MayAgain(string what)
    {
        lock (_gate)
        {
            if (_said.TryGetValue(what, out var at) && clock.GetElapsedTime(at) < Pause)
                return false;
            if (_said.Count >= Most)
                _said.Clear();
            _said[what] = clock.GetTimestamp();
            return true;
        }
    }
}
