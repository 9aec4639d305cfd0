using System.Collections.Concurrent;

namespace MetaGrains.GraphSimulator.World;

/// <summary>What somebody changed about an object; null where it stays what the world made it.</summary>
internal sealed record EntityChange(DateTimeOffset At)
{
    public string? Status { get; init; }

    /// <summary>An effective status that does not follow from the others: a review, an issue.</summary>
    public string? EffectiveStatus { get; init; }

    public string? Name { get; init; }

    public EntityIssue? Issue { get; init; }

    /// <summary>When it was switched off, and on again; null for not yet.</summary>
    public IReadOnlyList<OffSpan> Off { get; init; } = [];

    /// <summary>The first change of an object.</summary>
    public EntityChange First() => Status is null or "ACTIVE" ? this : this with { Off = [new OffSpan(At, null)] };

    /// <summary>This change on top of an earlier one.</summary>
    public EntityChange Over(EntityChange earlier) => new(At)
    {
        Status = Status ?? earlier.Status,
        // A new status ends what was special about the old one.
        EffectiveStatus = EffectiveStatus ?? (Status is null ? earlier.EffectiveStatus : null),
        Name = Name ?? earlier.Name,
        Off = SwitchedFrom(earlier.Off),
        Issue = Issue ?? (EffectiveStatus is null && Status is null ? earlier.Issue : null),
    };

    private IReadOnlyList<OffSpan> SwitchedFrom(IReadOnlyList<OffSpan> off)
    {
        var isOff = off.Count > 0 && off[^1].Until is null;
        if (Status is null || isOff != (Status == "ACTIVE"))
            return off;
        return isOff ? [.. off.SkipLast(1), off[^1] with { Until = At }] : [.. off, new OffSpan(At, null)];
    }
}

/// <summary>The changed objects of one account, and the account's own changed status.</summary>
internal sealed class EntityChanges
{
    private readonly ConcurrentDictionary<long, EntityChange> _byId = new();

    /// <summary><c>account_status</c>; 1 is active.</summary>
    public int AccountStatus { get; set; } = 1;

    public int DisableReason { get; set; }

    public EntityChange? Find(long id) => _byId.GetValueOrDefault(id);

    public void Change(long id, EntityChange change) => _byId.AddOrUpdate(id, _ => change.First(), (_, earlier) => change.Over(earlier));
}

/// <summary>A time in which an object was switched off.</summary>
internal readonly record struct OffSpan(DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>Days without delivery: those after one day and before another, or all after it.</summary>
internal readonly record struct QuietDays(DateOnly After, DateOnly? Before)
{
    public bool Has(DateOnly date) => date > After && (Before is not { } end || date < end);
}
