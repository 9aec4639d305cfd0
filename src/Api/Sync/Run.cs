using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Sync;

/// <summary>One execution of a job.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Job">The job.</param>
/// <param name="Trigger">Who asked for it.</param>
/// <param name="Status">queued, running, succeeded, failed, superseded or cancelled.</param>
/// <param name="RequestedAt">When it was asked for; null for a run by schedule.</param>
/// <param name="StartedAt">When it started; null while it waits.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="DurationMs">How long it took.</param>
/// <param name="Window">Its days, in the account's zone; null while they are not known.</param>
/// <param name="Calls">HTTP requests sent to Meta, retries included.</param>
/// <param name="Retries">How many of them were retries.</param>
/// <param name="Pages">Pages read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Rows">What became of the rows.</param>
/// <param name="Entities">Objects read, by kind: campaigns, adsets, ads, creatives; empty for a run over insights.</param>
/// <param name="PermitsWaitedMs">How long it waited for the budget.</param>
/// <param name="RateLimited">Whether Meta refused a call because of a limit.</param>
/// <param name="Error">Why it failed, or what a run that succeeded had to leave out; null for neither.</param>
/// <param name="Entity">The campaign, ad set or ad that was asked for alone; null for all of the account.</param>
/// <param name="EntityLevel">campaign, adset or ad; null for all of the account.</param>
public sealed record Run(
    long Id, string Job, string Trigger, string Status, DateTimeOffset? RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, long? DurationMs,
    RunWindow? Window, long Calls, long Retries, long Pages, long Bytes, RunRows Rows, IReadOnlyDictionary<string, long> Entities, long PermitsWaitedMs, bool RateLimited, RunFailureView? Error,
    string? Entity, string? EntityLevel)
{
    internal static Run Of(RunRecord row) => new(
        row.RunId, row.Job, row.Trigger, row.Status, row.RequestedAt, row.StartedAt, row.FinishedAt, row.DurationMs,
        row.Window is { } days ? new RunWindow(days.Since, days.Until) : null,
        row.Tally.Calls, row.Tally.Retries, row.Tally.Pages, row.Tally.Bytes,
        new RunRows(row.Tally.Read, row.Tally.Inserted, row.Tally.Changed, row.Tally.Unchanged, row.Tally.Vanished),
        row.Tally.Entities, row.Tally.PermitsWaitedMs, row.Tally.RateLimited,
        row.Error is { } error ? new RunFailureView(error.Message, error.Code, error.Subcode, error.Trace) : null,
        row.Entity, row.EntityLevel);
}

/// <summary>Days, both included.</summary>
/// <param name="Since">The first.</param>
/// <param name="Until">The last.</param>
public sealed record RunWindow(DateOnly Since, DateOnly Until);

/// <summary>What became of a run's rows.</summary>
/// <param name="Read">Rows that Meta answered.</param>
/// <param name="Inserted">New ones.</param>
/// <param name="Changed">Restated ones.</param>
/// <param name="Unchanged">Those that were as before.</param>
/// <param name="Vanished">Rows that Meta answers no more.</param>
public sealed record RunRows(long Read, long Inserted, long Changed, long Unchanged, long Vanished);

/// <summary>Why a run failed.</summary>
/// <param name="Message">A sentence.</param>
/// <param name="Code">Meta's code.</param>
/// <param name="Subcode">Meta's subcode.</param>
/// <param name="TraceId">Meta's trace id.</param>
public sealed record RunFailureView(string Message, int? Code, int? Subcode, string? TraceId);

/// <summary>A run that was accepted.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Message">What became of the request.</param>
public sealed record AcceptedRun(long RunId, string Message);
