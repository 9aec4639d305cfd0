namespace MetaGrains.GraphSimulator.Limits;

/// <summary>
/// The ad-account score of standard access: a read is one point, 9,000 are the most, and points leak away evenly within
/// 300 seconds.
/// </summary>
internal sealed class ScoreBucket
{
    private const double Most = 9_000;
    private const double DecaySeconds = 300;

    private readonly Lock _lock = new();
    private double _score;
    private DateTimeOffset _at;

    /// <summary>Counts one read.</summary>
    /// <returns>Percent of the score used, and seconds until all of it has leaked away.</returns>
    public (double Percent, int ResetSeconds) Add(DateTimeOffset now)
    {
        lock (_lock)
        {
            var leaked = Math.Max(0, (now - _at).TotalSeconds) * Most / DecaySeconds;
            _score = Math.Max(0, _score - leaked) + 1;
            _at = now;
            return (_score * 100 / Most, (int)Math.Ceiling(_score * DecaySeconds / Most));
        }
    }
}
