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

    /// <summary>This change on top of an earlier one.</summary>
    public EntityChange Over(EntityChange earlier) => new(At)
    {
        Status = Status ?? earlier.Status,
        // A new status ends what was special about the old one.
        EffectiveStatus = EffectiveStatus ?? (Status is null ? earlier.EffectiveStatus : null),
        Name = Name ?? earlier.Name,
        Issue = Issue ?? (EffectiveStatus is null && Status is null ? earlier.Issue : null),
    };
}

/// <summary>The changed objects of one account, and the account's own changed status.</summary>
internal sealed class EntityChanges
{
    private readonly ConcurrentDictionary<long, EntityChange> _byId = new();

    /// <summary><c>account_status</c>; 1 is active.</summary>
    public int AccountStatus { get; set; } = 1;

    public int DisableReason { get; set; }

    public EntityChange? Find(long id) => _byId.GetValueOrDefault(id);

    public void Change(long id, EntityChange change) => _byId.AddOrUpdate(id, change, (_, earlier) => change.Over(earlier));
}
