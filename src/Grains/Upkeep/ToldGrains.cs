using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Upkeep;

/// <summary>
/// Which grains were told what lately, so that one that fails, or that is told and stays behind, is told again after
/// growing pauses and not in a loop. Memory only: without it everybody is told once more.
/// </summary>
internal sealed class ToldGrains(SettingsListenerOptions options)
{
    private readonly Dictionary<(BehindKind Kind, TenantId Tenant, string Id), Told> _told = [];

    private sealed record Told(string Mark, int Times, DateTimeOffset HoldUntil);

    /// <summary>How many are left alone now.</summary>
    public int HeldCount(DateTimeOffset now) => _told.Values.Count(told => told.HoldUntil > now);

    /// <summary>Whether to leave a grain alone now. Only the state that it was told of: another one reaches it at once.</summary>
    public bool Holds(Behind behind, DateTimeOffset now) =>
        _told.TryGetValue((behind.Kind, behind.Tenant, behind.Id), out var told) && told.Mark == behind.Mark && told.HoldUntil > now;

    /// <summary>Notes that a grain was told.</summary>
    public void Add(Behind behind, bool succeeded, DateTimeOffset now)
    {
        var key = (behind.Kind, behind.Tenant, behind.Id);
        var times = _told.TryGetValue(key, out var before) && before.Mark == behind.Mark ? before.Times + 1 : 1;
        _told[key] = new Told(behind.Mark, times, now + Pause(behind.Kind, succeeded, times));
    }

    /// <summary>Forgets those whose pause had passed when none of them was behind any more.</summary>
    public void Forget(DateTimeOffset lookedAt)
    {
        foreach (var (key, told) in _told)
        {
            if (told.HoldUntil <= lookedAt)
                _told.Remove(key);
        }
    }

    // A run stays in the queue, and a connection undone, for reasons of their own: their grains work on it, and are told
    // again only in case that a crash made them forget.
    private TimeSpan Pause(BehindKind kind, bool succeeded, int times)
    {
        var first = succeeded && kind is BehindKind.Run or BehindKind.Connection ? options.LastRetry : options.FirstRetry;
        var pause = first * Math.Pow(2, Math.Min(times - 1, 20));
        return pause < options.LastRetry ? pause : options.LastRetry;
    }
}
