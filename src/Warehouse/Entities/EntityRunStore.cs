using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Entities;

/// <summary>The warehouse as a run over objects sees it.</summary>
public sealed class EntityRunStore(EntityStore entities, RunLedger runs) : IEntityStore
{
    /// <inheritdoc />
    public Task<SyncRun> BeginRunAsync(AdAccountKey account, string job, string trigger, long? requestedRun, CancellationToken cancellationToken) =>
        runs.BeginAsync(account, job, trigger, window: null, requestedRun, cancellationToken);

    /// <inheritdoc />
    public Task<EntityMark> MarkOfAsync(AdAccountKey account, EntityKind kind, CancellationToken cancellationToken) =>
        entities.MarkOfAsync(account, kind, cancellationToken);

    /// <inheritdoc />
    public Task<EntityCounts> StoreAsync(SyncRun run, IReadOnlyCollection<EntityRecord> objects, CancellationToken cancellationToken) =>
        entities.StoreAsync(run, objects, cancellationToken);

    /// <inheritdoc />
    public Task<EntityRoll> CompareAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        entities.CompareAsync(account, kind, ids, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> UnknownAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        entities.UnknownAsync(account, kind, ids, cancellationToken);

    /// <inheritdoc />
    public Task<int> BuryAsync(SyncRun run, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        entities.CensusAsync(run, kind, ids, cancellationToken);

    /// <inheritdoc />
    public Task MarkAsync(SyncRun run, EntityKind kind, EntityMark mark, CancellationToken cancellationToken) =>
        entities.MarkAsync(run, kind, mark, cancellationToken);

    /// <inheritdoc />
    public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken) => runs.EndAsync(run, report, cancellationToken);
}
