using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Sync.Entities;

/// <summary>Whose objects are read.</summary>
/// <param name="Account">Tenant and account.</param>
/// <param name="Trigger">Who asked: <c>schedule</c>, <c>api</c>, <c>cli</c> …</param>
public sealed record EntityPullRequest(AdAccountKey Account, string Trigger)
{
    /// <summary>The run that somebody asked for and that this is; null for a run of its own accord.</summary>
    public long? RequestedRun { get; init; }

    /// <summary>Asked for a permit right before each HTTP request, retries included.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary>Told of the run once it holds the pen; null: nobody needs to know.</summary>
    public Action<SyncRun>? Started { get; init; }

    /// <summary>Told of each object that was skipped; null: nobody needs to know.</summary>
    public Action<UnreadableEntity>? Skipped { get; init; }
}

/// <summary>
/// One run of the job <c>entities</c>: campaigns, ad sets, ads and creatives, each kind on its own. A kind that cannot be
/// read costs the others nothing, and only a kind that was listed to its end can lose objects.
/// </summary>
public sealed class EntityPull(IEntitySource source, IEntityStore store, TimeProvider clock)
{
    /// <summary>How often one kind is read from its start, the first time included, when an answer breaks off.</summary>
    public const int ReadsPerKind = 3;

    /// <summary>Runs to the end and says how it went. Only cancellation and failures of the store itself throw.</summary>
    public async Task<RunReport> RunAsync(EntityPullRequest request, AccessToken token, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var run = await store.BeginRunAsync(request.Account, SyncJob.Entities.WireName(), request.Trigger, request.RequestedRun, cancellationToken);
        request.Started?.Invoke(run);
        var reading = new EntityReading(source, store, request, run, token, clock.GetUtcNow());
        RunReport report;
        try
        {
            report = await reading.RunAsync(cancellationToken);
        }
        catch (Exception broken)
        {
            await CloseBrokenAsync(run, reading, broken, clock.GetElapsedTime(started));
            throw;
        }

        report = report with { Duration = clock.GetElapsedTime(started) };
        // The row in sync_runs must be closed even when the process has been asked to stop.
        await store.EndRunAsync(run, report, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return report;
    }

    // Best effort: the store itself may be what broke, and then a later run marks this one as superseded.
    private async Task CloseBrokenAsync(SyncRun run, EntityReading reading, Exception broken, TimeSpan duration)
    {
        try
        {
            var report = reading.Tally.Report(RunOutcome.Failed) with { Duration = duration, ErrorMessage = $"The run broke off: {broken.GetType().Name}." };
            await store.EndRunAsync(run, report, CancellationToken.None);
        }
        catch (Exception)
        {
            // The caller is told of the first failure.
        }
    }
}
