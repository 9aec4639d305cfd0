using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Time;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>trigger</c> and <c>runs</c>: asks for a run, and shows those that were.</summary>
internal static class RunVerbs
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static IEnumerable<Command> Create(Checkout checkout)
    {
        yield return ApiVerb.Create(
            checkout, "trigger", "Ask for a run of an ad account now.", "trigger --tenant acme --account act_123 --since 2026-03-01 --until 2026-03-07 --wait", ApiScope.Account,
            [
                Verb.OneOf("--job", "Which job. Default: tier.", [.. SyncJobs.All.Select(job => job.WireName())]),
                Verb.Day("--since", "First day; with --until, instead of the job's own days."),
                Verb.Day("--until", "Last day."),
                Verb.OneOf("--preset", "Days by name.", "yesterday", "last_7d", "last_30d"),
                Verb.Text("--entity", "Meta's id of a campaign, ad set or ad: reads its rows alone, with those below it.", "ID"),
                Verb.Flag("--wait", "Wait until it has ended; exit code 1 when it failed."),
                Verb.Number("--timeout", "Seconds to wait.", 600, 1, 86_400),
            ],
            TriggerAsync);
        yield return ApiVerb.Create(
            checkout, "runs", "List the runs of an ad account, newest first.", "runs --tenant acme --account act_123 --status failed", ApiScope.Account,
            [
                Verb.OneOf("--status", "Only those.", "queued", "running", "succeeded", "failed", "superseded", "cancelled"),
                Verb.Number("--limit", "At most so many.", 20, 1, 100_000),
            ],
            ListAsync);
    }

    /// <summary>One line about a run.</summary>
    public static string Text(Run run) =>
        $"{run.Job} {(run.Window is { } days ? $"{DateRange.Iso(days.Since)}..{DateRange.Iso(days.Until)} " : "")}{(run.Entity is null ? "" : $"of {Entity(run)} ")}{run.Status}"
        + (run.FinishedAt is { } end ? $" at {Cell(end)}" : "")
        + (run.Rows is { Read: > 0 } rows ? $", {Cell(rows.Read)} rows ({Cell(rows.Inserted)} new, {Cell(rows.Changed)} changed)" : "")
        + (run.Error?.Message is { } error ? $": {error}" : "");

    private static async Task<int> TriggerAsync(ApiSession session)
    {
        var (since, until, preset) = (session.Value<DateOnly?>("--since"), session.Value<DateOnly?>("--until"), session.Value<string>("--preset"));
        if (since is null != until is null)
            throw CliException.BadInput("--since and --until go together.");
        if (since is not null && preset is not null)
            throw CliException.BadInput("Give --since and --until, or --preset, not both.");
        if (since > until)
            throw CliException.BadInput($"The dates are reversed: --until {DateRange.Iso(until!.Value)} is before --since {DateRange.Iso(since.Value)}.");
        var tenant = await session.TenantAsync();
        var accepted = await session.Api.SendAsync<AcceptedRun>(
            HttpMethod.Post, Routes.Runs(tenant, session.Account!),
            new { Job = session.Value<string>("--job"), Since = since, Until = until, DatePreset = preset, Entity = session.Value<string>("--entity") },
            session.Cancellation, idempotencyKey: Guid.NewGuid().ToString("N"));
        if (!session.Value<bool>("--wait"))
        {
            session.Terminal.Line($"Run {accepted.RunId}: {accepted.Message}");
            session.Terminal.Result(accepted);
            return ExitCode.Ok;
        }

        session.Terminal.Progress($"run {accepted.RunId}: {accepted.Message}");
        var run = await WaitAsync(session, tenant, accepted.RunId);
        session.Terminal.Line($"Run {run.Id}: {Text(run)}");
        session.Terminal.Result(run);
        return run.Status == "succeeded" ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<Run> WaitAsync(ApiSession session, string tenant, long id)
    {
        var patience = TimeSpan.FromSeconds(session.Value<int>("--timeout"));
        var began = TimeProvider.System.GetTimestamp();
        var said = "";
        while (true)
        {
            var run = await session.Api.GetAsync<Run>(Routes.Run(tenant, session.Account!, id), session.Cancellation);
            if (run.HasEnded)
                return run;
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw CliException.Unavailable($"Run {id} is still {run.Status} after {patience.TotalSeconds:0} s; it goes on by itself. ./metagrains explain --tenant {tenant} --account {session.Account} says why.");
            if (said != run.Status)
                session.Terminal.Progress($"run {id} is {run.Status}");
            said = run.Status;
            await Task.Delay(Pause, TimeProvider.System, session.Cancellation);
        }
    }

    private static string Entity(Run run) => $"{run.EntityLevel} {run.Entity}";

    private static async Task<int> ListAsync(ApiSession session)
    {
        var status = session.Value<string>("--status");
        var path = Routes.Runs(await session.TenantAsync(), session.Account!) + (status is null ? "" : $"?status={status}");
        var runs = await session.Api.ListAsync<Run>(path, session.Cancellation, session.Value<int>("--limit"));
        session.Terminal.Table(
            [">run", "job", "trigger", "status", "days", "entity", "started", ">ms", ">calls", ">rows", ">new", ">changed", "error"],
            runs.Select(run => new[]
            {
                $"{run.Id}", run.Job, run.Trigger, run.Status + (run.RateLimited ? " (rate limited)" : ""),
                run.Window is { } days ? $"{DateRange.Iso(days.Since)}..{DateRange.Iso(days.Until)}" : "-", run.Entity is null ? "all" : Entity(run),
                Cell(run.StartedAt ?? run.RequestedAt),
                Cell(run.DurationMs), Cell(run.Calls), Cell(run.Rows?.Read), Cell(run.Rows?.Inserted), Cell(run.Rows?.Changed), Cell(run.Error?.Message),
            }));
        session.Terminal.Result(new { Data = runs });
        return ExitCode.Ok;
    }
}
