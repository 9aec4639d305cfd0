using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;

namespace MetaGrains.Core.Sync.Entities;

/// <summary>How far a kind of an account's objects was read.</summary>
/// <param name="ChangesUntil">Changes before this moment are stored; null before the first reading.</param>
/// <param name="ListedAt">When all of them were last listed; null before the first time.</param>
public readonly record struct EntityMark(DateTimeOffset? ChangesUntil, DateTimeOffset? ListedAt);

/// <summary>What storing objects did.</summary>
/// <param name="Written">Objects that are new or differ in anything.</param>
/// <param name="Changed">Objects that are new or differ in what lasts: each has a new version.</param>
public readonly record struct EntityCounts(int Written, int Changed);

/// <summary>Objects that are held and alive.</summary>
/// <param name="Held">How many.</param>
/// <param name="Missing">How many of them a list does not name.</param>
public readonly record struct EntityRoll(long Held, long Missing);

/// <summary>Where objects go: PostgreSQL. Whatever writes is refused once a later run of the account has started.</summary>
public interface IEntityStore
{
    /// <summary>Starts a run: raises the epoch, so that every earlier one of the same account is fenced off.</summary>
    /// <param name="requestedRun">The run that somebody asked for and that this is; null for a run of its own accord.</param>
    /// <exception cref="StaleRunException">The requested run has ended already.</exception>
    Task<SyncRun> BeginRunAsync(AdAccountKey account, string job, string trigger, long? requestedRun, CancellationToken cancellationToken);

    /// <summary>How far a kind was read.</summary>
    Task<EntityMark> MarkOfAsync(AdAccountKey account, EntityKind kind, CancellationToken cancellationToken);

    /// <summary>Stores objects of one kind, each once; one that is as before is not written.</summary>
    /// <exception cref="StaleRunException">Another run holds the pen. Nothing was written.</exception>
    Task<EntityCounts> StoreAsync(SyncRun run, IReadOnlyCollection<EntityRecord> objects, CancellationToken cancellationToken);

    /// <summary>Compares a list of ids with what is held.</summary>
    Task<EntityRoll> CompareAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Which of some ids are not held.</summary>
    Task<IReadOnlyList<string>> UnknownAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Marks what a complete list of all ids does not name: it was deleted at Meta.</summary>
    /// <returns>How many were marked.</returns>
    /// <exception cref="StaleRunException">Another run holds the pen. Nothing was written.</exception>
    Task<int> BuryAsync(SyncRun run, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Notes that a kind was read to its end.</summary>
    /// <exception cref="StaleRunException">Another run holds the pen. Nothing was written.</exception>
    Task MarkAsync(SyncRun run, EntityKind kind, EntityMark mark, CancellationToken cancellationToken);

    /// <summary>Closes the run's row in <c>sync_runs</c>.</summary>
    Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken);
}
