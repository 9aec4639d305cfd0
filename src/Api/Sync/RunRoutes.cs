using System.Globalization;
using MetaGrains.Api.Accounts;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Hosting;
using MetaGrains.Api.Json;
using MetaGrains.Api.Paging;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Silo;
using MetaGrains.Core.Time;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Sync;

/// <summary>Runs of an ad account.</summary>
internal static class RunRoutes
{
    private const string Tag = "Runs";
    private const string All = SyncRoutes.Path + "/runs";

    public static Run Example { get; } = new(
        4711, "tier", "schedule", "succeeded", null, new DateTimeOffset(2026, 3, 6, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 6, 12, 0, 4, TimeSpan.Zero),
        4000, new RunWindow(new DateOnly(2026, 3, 4), new DateOnly(2026, 3, 6)), 4, 0, 4, 52_000, new RunRows(120, 40, 8, 72, 0), new Dictionary<string, long>(), 0, false, null, null, null);

    public static void MapRuns(this IEndpointRouteBuilder routes, bool jobsEnabled)
    {
        routes.MapRoute("GET", All, Access.Tenant, new("listRuns", Tag, "List an account's runs", new AnswerDoc(200, "A page of runs, the newest first.", new ListOf<Run>([Example], null)))
        {
            Parameters =
            [
                new("status", ParameterPlace.Query, typeof(string), $"Only of this status: {string.Join(", ", RunDirectory.Statuses)}.", "failed"),
                .. Parameters.Page,
            ],
        }, ListAsync);
        routes.MapRoute("GET", All + "/{id}", Access.Tenant, new("getRun", Tag, "Show a run", new AnswerDoc(200, "The run.", Example)), ShowAsync);
        routes.MapTrigger("POST", All, Access.Tenant, new(
            "triggerRun", Tag, "Ask for a run", new AnswerDoc(202, "It is accepted and waits.", new AcceptedRun(4712, "The run is accepted; it starts when the account's grain takes it up.")))
        {
            Description = "The same ask as one that still waits is that run; the same Idempotency-Key is the same run for ever. It is accepted whether or not a silo runs. With entity, rows of that campaign, ad set or ad are read and published alone, and neither cursor nor due time moves.",
            Body = new NewRun { Job = "incremental", Since = new DateOnly(2026, 3, 1), Until = new DateOnly(2026, 3, 5) },
            Parameters = [new(IdempotencyKey.Header, ParameterPlace.Header, typeof(string), "The caller's own name for the request.", "9f3c1b52-refresh-march")],
            Problems = [StatusCodes.Status409Conflict],
        }, TriggerAsync, jobsEnabled);
    }

    private static async Task<IResult> ListAsync(
        AccountInPath account, Query query, PageRequest page, AccountDirectory accounts, RunDirectory runs, CancellationToken cancellationToken)
    {
        var status = query.Word("status", RunDirectory.Statuses);
        long? before = page.After is null ? null
            : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw PageRequest.BadCursor();
        await account.FindAsync(accounts, cancellationToken);
        var found = await runs.ListAsync(account.Key, status, before, page.Fetch, cancellationToken);
        return Answer.Ok(page.Page(found, run => run.RunId.ToString(CultureInfo.InvariantCulture), Run.Of));
    }

    private static async Task<IResult> ShowAsync(
        AccountInPath account, RunInPath id, AccountDirectory accounts, RunDirectory runs, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(account.Key, id.Value, cancellationToken) is { } run)
            return Answer.Ok(Run.Of(run));
        await account.FindAsync(accounts, cancellationToken);
        throw ProblemException.NotFound("id", $"The account has no run {id.Value}.", $"GET {account.Url}/sync/runs lists its runs.");
    }

    private static async Task<IResult> TriggerAsync(
        HttpContext context, AccountInPath account, IdempotencyKey key, Body<NewRun> body, RunServices services, CancellationToken cancellationToken)
    {
        var row = await account.FindAsync(services.Accounts, cancellationToken);
        if (body.Value.Ask.Range is { } range)
            RequireDays(row, range, services.Clock.GetUtcNow());
        var ask = body.Value.Ask;
        if (body.Value.Entity is { } id)
            ask = ask with { Entity = await services.Entities.FindAsync(account.Key, id, cancellationToken) ?? throw UnknownEntity(account, id) };
        var receipt = await services.Queue.RequestAsync(account.Key, ask, key.Value, cancellationToken) ?? throw account.Missing();
        if (receipt.Kind == ReceiptKind.KeyTaken)
        {
            throw ProblemException.Conflict(
                IdempotencyKey.Header, $"The Idempotency-Key belongs to another request, run {receipt.RunId}.", "Send a new key with a new request.");
        }

        if (receipt.Status == "queued")
            await services.Silo.TellAsync("an ad account", grains => grains.AdAccount(account.Key).RefreshAsync());
        return Answer.Accepted(context, $"{account.Url}/sync/runs/{receipt.RunId}", new AcceptedRun(receipt.RunId, Message(receipt, row)));
    }

    private static void RequireDays(AccountRecord account, DateRange range, DateTimeOffset now)
    {
        if (AccountCalendar.TryCreate(account.TimezoneName, out var calendar) && calendar.Refuse(range, now) is { } refusal)
        {
            throw ProblemException.BadRequest(
                range.Since < calendar.Oldest(now) ? "since" : "until", refusal,
                $"Send days from {DateRange.Iso(calendar.Oldest(now))} to {DateRange.Iso(calendar.Today(now))}.");
        }
    }

    private static ProblemException UnknownEntity(AccountInPath account, string id) => ProblemException.BadRequest(
        "entity", $"No campaign, ad set or ad {id} of the account is known.",
        $"GET /v1/tenants/{account.TenantSlug}/campaigns, …/ad-sets and …/ads list them; a new one is known after the next run of the job entities.");

    private static string Message(RunReceipt receipt, AccountRecord account) => receipt.Kind switch
    {
        ReceiptKind.Waiting => $"The same run waits already as {receipt.RunId}; no second one was made.",
        ReceiptKind.Repeated => $"The Idempotency-Key is that of run {receipt.RunId}, which is {receipt.Status}; no second one was made.",
        _ when account.Health is "paused" or "not_connected" => $"The run is accepted and waits: {account.HealthReason}",
        _ => "The run is accepted; it starts when the account's grain takes it up.",
    };
}

/// <summary>What a trigger works with.</summary>
internal sealed record RunServices(AccountDirectory Accounts, RunQueue Queue, EntityDirectory Entities, SiloCalls Silo, TimeProvider Clock);
