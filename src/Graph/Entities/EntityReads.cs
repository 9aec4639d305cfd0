using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Entities;

/// <summary>
/// Reads objects by id: <c>GET /?ids=a,b,c</c>, an object keyed by id. One id that does not exist fails all of them,
/// so then each is asked for alone, in a batch.
/// </summary>
internal sealed class EntityReads(GraphTransport transport, GraphBatch batch)
{
    // As many as one batch holds, which is what follows when one of them is gone.
    private const int MaxIds = GraphBatch.MaxItems;

    public async Task<EntityReads<T>> GetAsync<T>(
        EntityEdge<T> edge, AdAccountId account, IReadOnlyCollection<string> ids, AccessToken token, ICallPermits permits, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        ArgumentNullException.ThrowIfNull(edge);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(permits);
        var result = new Result<T>();
        foreach (var chunk in ids.Distinct(StringComparer.Ordinal).Select(Checked).ToArray().Chunk(MaxIds))
            await ReadAsync(edge, account, chunk, token, permits, result, cancellationToken);
        return result.Build();
    }

    private async Task ReadAsync<T>(
        EntityEdge<T> edge, AdAccountId account, string[] ids, AccessToken token, ICallPermits permits, Result<T> result, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        try
        {
            var request = new GraphRequest(edge.Name, "", account) { Permits = PermitsOf.Many(permits, ids.Length), Calls = ids.Length }
                .With("ids", string.Join(',', ids))
                .With("fields", edge.Fields);
            var answer = await transport.SendSmallAsync(request, token, (body, scrubber) => Objects(edge, ids, body, scrubber), cancellationToken);
            result.Calls += answer.Calls;
            foreach (var id in ids)
                result.Take(id, answer.Value!.GetValueOrDefault(id));
        }
        catch (GraphException failure) when (failure.Kind is GraphErrorKind.Gone or GraphErrorKind.TooMuchData && ids.Length > 1)
        {
            result.Calls += failure.Calls;
            await ReadApartAsync(edge, account, ids, token, permits, result, cancellationToken);
        }
        catch (GraphException failure)
        {
            result.Calls += failure.Calls;
            foreach (var id in ids)
                result.Take(id, failure);
        }
    }

    private async Task ReadApartAsync<T>(
        EntityEdge<T> edge, AdAccountId account, string[] ids, AccessToken token, ICallPermits permits, Result<T> result, CancellationToken cancellationToken)
        where T : EntityRecord
    {
        var requests = ids.Select(id => new GraphRequest(edge.Name, id, account) { Permits = permits }.With("fields", edge.Fields)).ToArray();
        var answers = await batch.SendAsync(requests, token, cancellationToken);
        for (var index = 0; index < ids.Length; index++)
        {
            var answer = answers[index];
            result.Calls += answer.Calls;
            try
            {
                result.Take(ids[index], answer.Read(body => JsonAnswer.Read(body, transport.ScrubberFor(token), edge.Read).Value!));
            }
            catch (GraphException failure)
            {
                result.Take(ids[index], failure);
            }
        }
    }

    private static BodyResult<Dictionary<string, T>> Objects<T>(EntityEdge<T> edge, string[] ids, ReadOnlyMemory<byte> body, Scrubber scrubber)
        where T : EntityRecord =>
        JsonAnswer.Read(body, scrubber, root =>
        {
            var found = new Dictionary<string, T>(StringComparer.Ordinal);
            foreach (var property in root.EnumerateObject())
            {
                if (!ids.Contains(property.Name))
                    continue;
                var record = edge.Read(property.Value);
                found[property.Name] = record.Id == property.Name
                    ? record
                    : throw new InvalidAnswerException("An object stands under the id of another.");
            }

            return found;
        });

    private static string Checked(string id) =>
        id.Length > 0 && id.All(char.IsAsciiDigit) ? id : throw new ArgumentException($"'{id}' is no id of an object: digits only.", nameof(id));

    private sealed class Result<T>
        where T : EntityRecord
    {
        private readonly ImmutableArray<T>.Builder _found = ImmutableArray.CreateBuilder<T>();
        private readonly ImmutableArray<string>.Builder _gone = ImmutableArray.CreateBuilder<string>();
        private readonly ImmutableDictionary<string, GraphException>.Builder _failed =
            ImmutableDictionary.CreateBuilder<string, GraphException>(StringComparer.Ordinal);

        public int Calls { get; set; }

        public void Take(string id, T? record)
        {
            if (record is null)
                _gone.Add(id);
            else
                _found.Add(record);
        }

        public void Take(string id, GraphException failure)
        {
            if (failure.Kind == GraphErrorKind.Gone)
                _gone.Add(id);
            else
                _failed[id] = failure;
        }

        public EntityReads<T> Build() => new(_found.ToImmutable(), _gone.ToImmutable(), _failed.ToImmutable(), Calls);
    }
}
