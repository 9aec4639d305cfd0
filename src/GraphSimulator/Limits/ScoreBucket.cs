namespace MetaGrains.GraphSimulator.Limits;

/// <summary>What an account's score says after a call.</summary>
internal readonly record struct ScoreState(double Percent, int ResetSeconds, bool Blocked);

/// <summary>
/// The ad-account score: a read is one point and a write three, points leak away evenly within 300 seconds, and a full
/// bucket blocks the account for a while. A call during the block starts the block again.
/// </summary>
internal sealed class ScoreBucket
{
    private const double DecaySeconds = 300;

    private readonly Lock _lock = new();
    private double _score;
    private DateTimeOffset _at;
    private DateTimeOffset _blockedUntil;

    /// <param name="most">Points of a full bucket.</param>
    /// <param name="block">How long a full one blocks; null when nothing is enforced.</param>
    public ScoreState Add(DateTimeOffset now, int points, double most, TimeSpan? block)
    {
        lock (_lock)
        {
            Leak(now, most);
            if (block is { } length && (_blockedUntil > now || _score + points > most))
            {
                if (points > 0)
                    _blockedUntil = now + length;
                return State(now, most);
            }

            _score += points;
            return State(now, most);
        }
    }

    private ScoreState State(DateTimeOffset now, double most)
    {
        var blocked = _blockedUntil > now;
        var seconds = blocked ? (_blockedUntil - now).TotalSeconds : _score * DecaySeconds / most;
        return new ScoreState(blocked ? Math.Max(100, _score * 100 / most) : _score * 100 / most, (int)Math.Ceiling(seconds), blocked);
    }

    private void Leak(DateTimeOffset now, double most)
    {
        _score = Math.Max(0, _score - (Math.Max(0, (now - _at).TotalSeconds) * most / DecaySeconds));
        _at = now;
    }
}
