using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;

namespace MetaGrains.Core.Sync.Entities;

/// <summary>Which objects of an account are asked for. Without statuses Meta leaves out what is archived or deleted.</summary>
/// <param name="Account">The account.</param>
/// <param name="Kind">The kind.</param>
public sealed record EntityQuestion(AdAccountId Account, EntityKind Kind)
{
    /// <summary>Effective statuses; empty for everything that is neither archived nor deleted. Creatives cannot be asked so.</summary>
    public ImmutableArray<string> Statuses { get; init; } = [];

    /// <summary>Only what changed from then on; null for all. Creatives cannot be asked so.</summary>
    public DateTimeOffset? ChangedSince { get; init; }

    /// <summary>These objects alone, whatever their status; empty for a list.</summary>
    public ImmutableArray<string> Ids { get; init; } = [];

    /// <summary>Asked for a permit right before each HTTP request, retries included.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;
}

/// <summary>An object that was listed and that is not described as its kind is.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">What is wrong, for a person.</param>
public sealed record UnreadableEntity(EntityKind Kind, string Id, string Reason);

/// <summary>One page of objects.</summary>
/// <param name="Objects">Those that were understood.</param>
/// <param name="Unreadable">Those that were not.</param>
/// <param name="Bytes">Bytes of the body after content decoding.</param>
/// <param name="Calls">HTTP requests sent for this page, retries included.</param>
public sealed record EntityBatch(ImmutableArray<EntityRecord> Objects, ImmutableArray<UnreadableEntity> Unreadable, long Bytes, int Calls);

/// <summary>One page of ids.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="Bytes">Bytes of the body after content decoding.</param>
/// <param name="Calls">HTTP requests sent for this page, retries included.</param>
public sealed record EntityIdBatch(ImmutableArray<string> Ids, long Bytes, int Calls);

/// <summary>Where objects come from: the Graph API client.</summary>
public interface IEntitySource
{
    /// <summary>Reads objects to the end, page by page: the enumeration ends only when Meta said that there is no next page.</summary>
    /// <exception cref="SourceException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<EntityBatch> ReadAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken);

    /// <summary>Reads the ids alone, to the end: the cheapest way to see what is there and what is not any more.</summary>
    /// <exception cref="SourceException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<EntityIdBatch> ReadIdsAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken);
}
