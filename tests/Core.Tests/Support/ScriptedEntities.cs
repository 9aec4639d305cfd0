using System.Runtime.CompilerServices;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;

namespace MetaGrains.Core.Tests.Support;

/// <summary>An account's objects at Meta: what is alive, what is archived, and what goes wrong.</summary>
internal sealed class ScriptedEntities : IEntitySource
{
    public Dictionary<EntityKind, List<string>> Alive { get; } = EntityKinds.All.ToDictionary(kind => kind, _ => new List<string>());

    public Dictionary<EntityKind, List<string>> Archived { get; } = EntityKinds.All.ToDictionary(kind => kind, _ => new List<string>());

    public List<string> Asked { get; } = [];

    /// <summary>What a page of objects throws instead of its last object; null for nothing.</summary>
    public Func<EntityQuestion, Exception?> Breaks { get; set; } = _ => null;

    /// <summary>Ids that lists of ids leave out this time.</summary>
    public HashSet<string> Hidden { get; } = [];

    public HashSet<string> Unreadable { get; } = [];

    public async IAsyncEnumerable<EntityBatch> ReadAsync(EntityQuestion question, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Add($"{question.Kind}{(question.Statuses.IsEmpty ? "" : $" {string.Join('+', question.Statuses.Take(2))}")}{(question.ChangedSince is null ? "" : " since")}{(question.Ids.IsEmpty ? "" : " by id")}");
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var ids = Ids(question);
        foreach (var id in ids)
        {
            if (id == ids[^1] && Breaks(question) is { } broken)
                throw broken;
            yield return Unreadable.Contains(id)
                ? new EntityBatch([], [new UnreadableEntity(question.Kind, id, "name is a JSON Object, not a text.")], 10, 1)
                : new EntityBatch([Object(question.Kind, id)], [], 10, 1);
        }
    }

    public async IAsyncEnumerable<EntityIdBatch> ReadIdsAsync(EntityQuestion question, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Add($"ids of {question.Kind}{(question.Statuses.IsEmpty ? "" : $" {question.Statuses[0]}")}");
        await Task.Yield();
        yield return new EntityIdBatch([.. Ids(question)], 10, 1);
    }

    public static EntityRecord Object(EntityKind kind, string id)
    {
        using var document = JsonDocument.Parse($$"""{"id":"{{id}}","name":"{{id}}","creative":{"id":"9{{id}}"} }""");
        return EntityMapping.Read(kind, document.RootElement);
    }

    private string[] Ids(EntityQuestion question) =>
    [
        .. (!question.Ids.IsEmpty ? question.Ids
            : question.Statuses.IsEmpty ? Alive[question.Kind]
            : question.Statuses is ["ARCHIVED"] ? Archived[question.Kind]
            : Alive[question.Kind].Concat(Archived[question.Kind])).Where(id => !Hidden.Contains(id)),
    ];
}

/// <summary>Keeps objects in memory, and remembers who wrote.</summary>
internal sealed class KeptEntities : IEntityStore
{
    public Dictionary<EntityKind, HashSet<string>> Held { get; } = EntityKinds.All.ToDictionary(kind => kind, _ => new HashSet<string>());

    public Dictionary<EntityKind, EntityMark> Marks { get; } = [];

    public List<string> Buried { get; } = [];

    public List<RunReport> Ended { get; } = [];

    /// <summary>Thrown by the next writing.</summary>
    public Exception? Fails { get; set; }

    public Task<SyncRun> BeginRunAsync(AdAccountKey account, string job, string trigger, long? requestedRun, CancellationToken cancellationToken) =>
        Task.FromResult(new SyncRun(requestedRun ?? 7, account, job, 3));

    public Task<EntityMark> MarkOfAsync(AdAccountKey account, EntityKind kind, CancellationToken cancellationToken) =>
        Task.FromResult(Marks.GetValueOrDefault(kind));

    public Task<EntityCounts> StoreAsync(SyncRun run, IReadOnlyCollection<EntityRecord> objects, CancellationToken cancellationToken)
    {
        if (Fails is { } failure)
            throw failure;
        var changed = objects.Count(entity => Held[entity.Kind].Add(entity.Id));
        return Task.FromResult(new EntityCounts(changed, changed));
    }

    public Task<EntityRoll> CompareAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult(new EntityRoll(Held[kind].Count, Held[kind].Count(id => !ids.Contains(id))));

    public Task<IReadOnlyList<string>> UnknownAsync(AdAccountKey account, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. ids.Where(id => !Held[kind].Contains(id))]);

    public Task<int> BuryAsync(SyncRun run, EntityKind kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var gone = Held[kind].Where(id => !ids.Contains(id)).ToArray();
        Held[kind].ExceptWith(gone);
        Buried.AddRange(gone);
        return Task.FromResult(gone.Length);
    }

    public Task MarkAsync(SyncRun run, EntityKind kind, EntityMark mark, CancellationToken cancellationToken)
    {
        Marks[kind] = mark;
        return Task.CompletedTask;
    }

    public Task EndRunAsync(SyncRun run, RunReport report, CancellationToken cancellationToken)
    {
        Assert.False(cancellationToken.CanBeCanceled);
        Ended.Add(report);
        return Task.CompletedTask;
    }
}
