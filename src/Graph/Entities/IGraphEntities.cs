using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Entities;

/// <summary>One page of objects, or of their ids.</summary>
/// <param name="Items">What the page holds; possibly nothing, even when more pages follow.</param>
/// <param name="Number">Number of the page within its answer, from 0.</param>
/// <param name="Bytes">Bytes of the body after content decoding.</param>
/// <param name="Calls">HTTP requests sent for this page, retries included.</param>
public sealed record EntityPage<T>(ImmutableArray<T> Items, int Number, long Bytes, int Calls)
{
    /// <summary>Objects of the page that are not described as their kind is; they are not among the items.</summary>
    public ImmutableArray<UnreadableEntity> Unreadable { get; init; } = [];
}

/// <summary>What became of the objects that were asked for by id.</summary>
/// <param name="Found">The objects.</param>
/// <param name="Gone">Ids that do not exist or that the token may not see.</param>
/// <param name="Failed">Ids whose reading failed, and why: one failure stops no other.</param>
/// <param name="Calls">Calls that Meta counted: each id is one, in whatever way it travels.</param>
public sealed record EntityReads<T>(
    ImmutableArray<T> Found, ImmutableArray<string> Gone, ImmutableDictionary<string, GraphException> Failed, int Calls);

/// <summary>Campaigns, ad sets, ads and creatives.</summary>
public interface IGraphEntities
{
    /// <summary>Lists objects, page by page, to the end. One that is ill-typed is named and costs the others nothing.</summary>
    /// <exception cref="GraphException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<EntityPage<T>> ListAsync<T>(EntityQuery<T> query, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord;

    /// <summary>Lists the ids alone: the cheapest way to see what is there and what is not any more.</summary>
    /// <exception cref="GraphException">Meta refused, or what came back is no valid answer.</exception>
    IAsyncEnumerable<EntityPage<string>> CensusAsync<T>(EntityQuery<T> query, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord;

    /// <summary>Reads objects by id, whatever their status: 50 in one request.</summary>
    Task<EntityReads<T>> GetAsync<T>(
        EntityEdge<T> edge, AdAccountId account, IReadOnlyCollection<string> ids, AccessToken token, ICallPermits permits, CancellationToken cancellationToken)
        where T : EntityRecord;
}
