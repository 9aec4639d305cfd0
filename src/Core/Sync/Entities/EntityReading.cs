using MetaGrains.Core.Completeness;
using MetaGrains.Core.Entities;

namespace MetaGrains.Core.Sync.Entities;

/// <summary>The work of one run over the objects of an account.</summary>
internal sealed class EntityReading(
    IEntitySource source, IEntityStore store, EntityPullRequest request, SyncRun run, AccessToken token, DateTimeOffset now)
{
    private const string Archived = "ARCHIVED";

    // Creatives that the ads of this run name.
    private readonly HashSet<string> _creatives = new(StringComparer.Ordinal);

    public EntityTally Tally { get; } = new();

    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        SourceException? first = null;
        try
        {
            foreach (var kind in EntityKinds.All)
            {
                try
                {
                    await ReadKindAsync(kind, cancellationToken);
                }
                catch (SourceException refused) when (!refused.EndsRun)
                {
                    Tally.TakeCalls(refused.Calls);
                    Tally.Note($"{kind.WireName()}s: {refused.Message}");
                    first ??= refused;
                }
            }
        }
        catch (SourceException refused)
        {
            Tally.TakeCalls(refused.Calls);
            return Failed(refused);
        }
        catch (StaleRunException stale)
        {
            return Tally.Report(RunOutcome.Superseded) with { ErrorMessage = stale.Message };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Tally.Report(RunOutcome.Cancelled) with { ErrorMessage = "The run was cancelled." };
        }

        if (first is null)
            return Tally.Report(RunOutcome.Succeeded);
        return Tally.AnyKind ? With(first, Tally.Report(RunOutcome.Succeeded)) : Failed(first);
    }

    private RunReport Failed(SourceException refused) =>
        With(refused, Tally.Report(RunOutcome.Failed)) with { Refusal = refused, RateLimited = refused.RateLimited, ErrorMessage = refused.Message };

    private static RunReport With(SourceException refused, RunReport report) =>
        report with { ErrorCode = refused.Code, ErrorSubcode = refused.Subcode, ErrorTrace = refused.TraceId };

    private async Task ReadKindAsync(EntityKind kind, CancellationToken cancellationToken)
    {
        var mark = await store.MarkOfAsync(request.Account, kind, cancellationToken);
        var plan = EntityReadPlan.Of(mark, now);
        for (var read = 1; ; read++)
        {
            try
            {
                Tally.TakeKind(kind, await ReadOnceAsync(kind, plan, cancellationToken));
                break;
            }
            catch (SourceException broken) when (broken.WorthRereading && read < EntityPull.ReadsPerKind)
            {
                Tally.TakeCalls(broken.Calls);
            }
        }

        await store.MarkAsync(run, kind, new EntityMark(now, plan.Whole ? now : mark.ListedAt), cancellationToken);
    }

    /// <returns>How many objects were read.</returns>
    private Task<int> ReadOnceAsync(EntityKind kind, EntityReadPlan plan, CancellationToken cancellationToken) => (kind, plan.Whole) switch
    {
        (EntityKind.Creative, false) => ReadNewCreativesAsync(cancellationToken),
        (_, true) => ReadWholeAsync(kind, plan.ChangedSince, cancellationToken),
        _ => ReadChangesAsync(kind, plan.ChangedSince, cancellationToken),
    };

    private async Task<int> ReadChangesAsync(EntityKind kind, DateTimeOffset? since, CancellationToken cancellationToken) =>
        (await StoreAllAsync(Question(kind) with { Statuses = ArchivedObjects.StatusesWith(kind), ChangedSince = since }, cancellationToken)).Count;

    // What is alive is asked for without naming statuses: one that Meta adds tomorrow must not look deleted.
    private async Task<int> ReadWholeAsync(EntityKind kind, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var ids = await StoreAllAsync(Question(kind), cancellationToken);
        var read = ids.Count;
        if (kind != EntityKind.Creative)
        {
            var archived = await StoreAllAsync(Question(kind) with { Statuses = [Archived], ChangedSince = since }, cancellationToken);
            read += archived.Count(id => !ids.Contains(id));
            ids.UnionWith(archived);
            if (since is not null)
                ids.UnionWith(await IdsAsync(Question(kind) with { Statuses = [Archived] }, cancellationToken));
        }

        await BuryAsync(kind, ids, cancellationToken);
        return read;
    }

    private async Task BuryAsync(EntityKind kind, HashSet<string> ids, CancellationToken cancellationToken)
    {
        var roll = await store.CompareAsync(request.Account, kind, ids, cancellationToken);
        if (roll.Missing == 0)
            return;
        if (EntityReadPlan.IsDoubtful(roll))
        {
            ids.UnionWith(await IdsAsync(Question(kind), cancellationToken));
            if (kind != EntityKind.Creative)
                ids.UnionWith(await IdsAsync(Question(kind) with { Statuses = [Archived] }, cancellationToken));
        }

        Tally.TakeBuried(await store.BuryAsync(run, kind, ids, cancellationToken));
    }

    // A creative says nothing of its changes, and hardly has any: between two whole lists only new ones are looked for.
    private async Task<int> ReadNewCreativesAsync(CancellationToken cancellationToken)
    {
        var unknown = await store.UnknownAsync(request.Account, EntityKind.Creative, _creatives, cancellationToken);
        if (unknown.Count == 0)
            return 0;
        var roll = await store.CompareAsync(request.Account, EntityKind.Creative, [], cancellationToken);
        var question = EntityReadPlan.OneByOne(unknown.Count, roll.Held) ? Question(EntityKind.Creative) with { Ids = [.. unknown] } : Question(EntityKind.Creative);
        return (await StoreAllAsync(question, cancellationToken)).Count;
    }

    /// <returns>The ids that were listed, those of objects that were skipped, too.</returns>
    private async Task<HashSet<string>> StoreAllAsync(EntityQuestion question, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in source.ReadAsync(question, token, cancellationToken))
        {
            Tally.TakePage(page.Bytes, page.Calls);
            foreach (var skipped in page.Unreadable)
            {
                ids.Add(skipped.Id);
                if (Tally.TakeSkipped(skipped))
                    request.Skipped?.Invoke(skipped);
            }

            // A list that moves between two pages names an object twice.
            var objects = page.Objects.DistinctBy(entity => entity.Id, StringComparer.Ordinal).ToArray();
            ids.UnionWith(objects.Select(entity => entity.Id));
            _creatives.UnionWith(objects.OfType<AdRecord>().Select(ad => ad.CreativeId).OfType<string>());
            if (objects.Length > 0)
                Tally.TakeChanges((await store.StoreAsync(run, objects, cancellationToken)).Changed);
        }

        return ids;
    }

    private async Task<HashSet<string>> IdsAsync(EntityQuestion question, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in source.ReadIdsAsync(question, token, cancellationToken))
        {
            Tally.TakePage(page.Bytes, page.Calls);
            ids.UnionWith(page.Ids);
        }

        return ids;
    }

    private EntityQuestion Question(EntityKind kind) => new(request.Account.Account, kind) { Permits = request.Permits };
}
