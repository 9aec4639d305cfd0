using System.Collections.Concurrent;

namespace MetaGrains.Graph.Insights;

/// <summary>
/// The <c>limit</c> that fits, by account and what is read. Meta publishes none: too large a one is refused with
/// "reduce the amount of data", too small a one wastes calls. So it is halved when refused and grows back slowly.
/// </summary>
internal sealed class PageLimits
{
    /// <summary>The smallest limit; what is still too large then is no matter of pages.</summary>
    public const int Least = 8;

    // Pages in a row that fitted before a quarter is added.
    private const int Streak = 16;

    // Beyond so many, learning starts anew: it costs a few refused calls each.
    private const int MaxKeys = 50_000;

    private readonly ConcurrentDictionary<string, (int Limit, int Fitted)> _known = new(StringComparer.Ordinal);

    /// <summary>The limit to ask with.</summary>
    public int Of(string key, int most) => _known.TryGetValue(key, out var known) ? Math.Min(known.Limit, most) : most;

    /// <summary>Takes that a page with so large a limit was refused.</summary>
    /// <returns>False when it cannot be smaller.</returns>
    public bool TooLarge(string key, int limit)
    {
        if (limit <= Least)
            return false;
        if (_known.Count >= MaxKeys)
            _known.Clear();
        _known[key] = (Math.Max(Least, limit / 2), 0);
        return true;
    }

    /// <summary>Takes that a page fitted.</summary>
    public void Fitted(string key, int limit, int most)
    {
        if (!_known.TryGetValue(key, out var known) || known.Limit != limit)
            return;
        if (known.Fitted + 1 < Streak)
            _known[key] = (limit, known.Fitted + 1);
        else if (limit + (limit / 4) is var larger && larger < most)
            _known[key] = (larger, 0);
        else
            _known.TryRemove(key, out _);
    }
}
