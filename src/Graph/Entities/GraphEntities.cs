using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Parsing;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Entities;

/// <inheritdoc />
internal sealed class GraphEntities(GraphTransport transport, EntityReads reads, PageLimits limits, IOptions<GraphOptions> options) : IGraphEntities
{
    // Ids alone are small; Meta counts calls and not objects.
    private const int CensusFactor = 10;

    private readonly GraphOptions _options = options.Value;

    /// <inheritdoc />
    public IAsyncEnumerable<EntityPage<T>> ListAsync<T>(EntityQuery<T> query, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        ArgumentNullException.ThrowIfNull(query);
        return ListedAsync(query, token, cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<EntityPage<string>> CensusAsync<T>(EntityQuery<T> query, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        ArgumentNullException.ThrowIfNull(query);
        return WalkAsync(query, "id", _options.EntitiesPageLimit * CensusFactor, EntityReader.Id, token, cancellationToken);
    }

    /// <inheritdoc />
    public Task<EntityReads<T>> GetAsync<T>(
        EntityEdge<T> edge, Core.Accounts.AdAccountId account, IReadOnlyCollection<string> ids, AccessToken token, ICallPermits permits, CancellationToken cancellationToken)
        where T : EntityRecord => reads.GetAsync(edge, account, ids, token, permits, cancellationToken);

    private async IAsyncEnumerable<EntityPage<T>> ListedAsync<T>(
        EntityQuery<T> query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : EntityRecord
    {
        var pages = WalkAsync(query, query.Edge.Fields, _options.EntitiesPageLimit, node => ReadOne(query.Edge, node), token, cancellationToken);
        await foreach (var page in pages)
        {
            yield return new EntityPage<T>([.. page.Items.Select(item => item.Object).OfType<T>()], page.Number, page.Bytes, page.Calls)
            {
                Unreadable = [.. page.Items.Select(item => item.Unreadable).OfType<UnreadableEntity>()],
            };
        }
    }

    // An object without an id is no object: then the answer is none.
    private static (T? Object, UnreadableEntity? Unreadable) ReadOne<T>(EntityEdge<T> edge, JsonElement node)
        where T : EntityRecord
    {
        var id = EntityReader.Id(node);
        try
        {
            return (edge.Read(node), null);
        }
        catch (InvalidAnswerException malformed)
        {
            return (null, new UnreadableEntity(edge.Kind, id, malformed.Message));
        }
    }

    private async IAsyncEnumerable<EntityPage<TItem>> WalkAsync<T, TItem>(
        EntityQuery<T> query,
        string fields,
        int most,
        Func<JsonElement, TItem> read,
        AccessToken token,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : EntityRecord
    {
        ArgumentNullException.ThrowIfNull(token);
        var walk = new CursorWalk($"{query.Edge.Name} of {query.Account}", _options.MaxPages);
        bool more;
        do
        {
            var (page, links) = await ReadPageAsync(query, walk, fields, most, read, token, cancellationToken);
            more = Advance(walk, links, page.Calls);
            yield return page;
        }
        while (more);
    }

    // As with insights: a page that is too large is asked for again with a smaller limit.
    private async Task<(EntityPage<TItem> Page, PagingLinks Links)> ReadPageAsync<T, TItem>(
        EntityQuery<T> query, CursorWalk walk, string fields, int most, Func<JsonElement, TItem> read, AccessToken token, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        var key = $"{query.Account}/{query.Edge.Name}/{fields.Length}";
        for (var spent = 0; ;)
        {
            var limit = limits.Of(key, most);
            try
            {
                var answer = await transport.SendSmallAsync(
                    query.Request(fields, limit, walk.After),
                    token,
                    (body, scrubber) => JsonAnswer.Read(body, scrubber, root =>
                        (Items: JsonAnswer.Data(root).Select(read).ToImmutableArray(), Links: JsonAnswer.Paging(root), Bytes: body.Length)),
                    cancellationToken);
                limits.Fitted(key, limit, most);
                return (new EntityPage<TItem>(answer.Value.Items, walk.Page, answer.Value.Bytes, spent + answer.Calls), answer.Value.Links);
            }
            catch (GraphException failure)
            {
                spent += failure.Calls;
                failure.CallsMade = spent;
                if (failure.Excess != Excess.Page || !limits.TooLarge(key, limit))
                    throw;
            }
        }
    }

    private static bool Advance(CursorWalk walk, PagingLinks links, int calls)
    {
        try
        {
            return walk.Advance(links);
        }
        catch (GraphException failure)
        {
            failure.CallsMade = calls;
            throw;
        }
    }
}
