using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;

namespace MetaGrains.Graph.Entities;

/// <summary>The objects of an account as a run reads them: each kind asked as its edge understands.</summary>
internal sealed class GraphEntitySource(IGraphEntities entities) : IEntitySource
{
    /// <inheritdoc />
    public IAsyncEnumerable<EntityBatch> ReadAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question.Kind switch
        {
            EntityKind.Campaign => ReadAsync(question, Campaigns(question), token, cancellationToken),
            EntityKind.AdSet => ReadAsync(question, AdSets(question), token, cancellationToken),
            EntityKind.Ad => ReadAsync(question, Ads(question), token, cancellationToken),
            EntityKind.Creative => ReadAsync(question, Creatives(question), token, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(question), question.Kind, "Unknown kind of entity."),
        };
    }

    /// <inheritdoc />
    public IAsyncEnumerable<EntityIdBatch> ReadIdsAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question.Kind switch
        {
            EntityKind.Campaign => ReadIdsAsync(Campaigns(question), token, cancellationToken),
            EntityKind.AdSet => ReadIdsAsync(AdSets(question), token, cancellationToken),
            EntityKind.Ad => ReadIdsAsync(Ads(question), token, cancellationToken),
            EntityKind.Creative => ReadIdsAsync(Creatives(question), token, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(question), question.Kind, "Unknown kind of entity."),
        };
    }

    private static CampaignQuery Campaigns(EntityQuestion question) =>
        new(question.Account) { Statuses = question.Statuses, UpdatedSince = question.ChangedSince, Permits = question.Permits };

    private static AdSetQuery AdSets(EntityQuestion question) =>
        new(question.Account) { Statuses = question.Statuses, UpdatedSince = question.ChangedSince, Permits = question.Permits };

    private static AdQuery Ads(EntityQuestion question) =>
        new(question.Account) { Statuses = question.Statuses, UpdatedSince = question.ChangedSince, Permits = question.Permits };

    private static CreativeQuery Creatives(EntityQuestion question) => question is { Statuses.IsEmpty: true, ChangedSince: null }
        ? new CreativeQuery(question.Account) { Permits = question.Permits }
        : throw new ArgumentException("Creatives cannot be narrowed by status or time.", nameof(question));

    private async IAsyncEnumerable<EntityBatch> ReadAsync<T>(
        EntityQuestion question, EntityQuery<T> query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : EntityRecord
    {
        if (!question.Ids.IsEmpty)
        {
            yield return await GetAsync(question, query.Edge, token, cancellationToken);
            yield break;
        }

        await foreach (var page in entities.ListAsync(query, token, cancellationToken))
            yield return new EntityBatch([.. page.Items], page.Unreadable, page.Bytes, page.Calls);
    }

    // One that is gone is no failure: it was deleted since it was named.
    private async Task<EntityBatch> GetAsync<T>(EntityQuestion question, EntityEdge<T> edge, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        var reads = await entities.GetAsync(edge, question.Account, question.Ids, token, question.Permits, cancellationToken);
        foreach (var failure in reads.Failed.Values)
            throw failure;
        return new EntityBatch(ImmutableArray<EntityRecord>.CastUp(reads.Found), [], 0, reads.Calls);
    }

    private async IAsyncEnumerable<EntityIdBatch> ReadIdsAsync<T>(
        EntityQuery<T> query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : EntityRecord
    {
        await foreach (var page in entities.CensusAsync(query, token, cancellationToken))
            yield return new EntityIdBatch(page.Items, page.Bytes, page.Calls);
    }
}
