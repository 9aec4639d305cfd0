using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Reports;

/// <summary>Answers <c>POST /{object}/insights</c> and everything below a report run.</summary>
internal sealed class ReportEndpoint(ReportBook book, InsightsEndpoint insights, IAdWorld world)
{
    private const int OldReachPerDay = 10;

    public void Create(Exchange exchange, Utf8JsonWriter writer)
    {
        var (request, target, now) = (exchange.Request, exchange.Target!, exchange.Now);
        var account = target.Account!;
        var query = insights.Ask(request, account, target.Node);
        CountQuotas(account, query, exchange);
        var (id, chance) = book.Next();
        var fault = exchange.Fault;
        var run = new ReportRun(
            id,
            account.Number,
            request.Segments[0],
            request.At($"{request.Segments[0]}/insights", request.Parameters),
            book.Schedule(account.Number, now, fault?.Kind == FaultKind.ReportStalled ? TimeSpan.FromMinutes(fault.Minutes) : TimeSpan.Zero))
        {
            Days = new DaySpan(query.Periods.Min(period => period.Since), query.Periods.Max(period => period.Until)),
            End = fault?.Kind == FaultKind.ReportSkipped ? ReportEnd.Skipped : ReportEnd.Completed,
            PlannedFailure = fault?.Kind == FaultKind.ReportFailed ? ReportFailure.Of(fault) : null,
            RacingPolls = chance.Below(book.Options.MostRacingPolls + 1),
        };
        book.Add(run);
        writer.WriteStartObject();
        if (book.Options.NumericIds)
            writer.WriteNumber("report_run_id"u8, long.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
        else
            writer.WriteString("report_run_id"u8, id);
        writer.WriteEndObject();
    }

    /// <summary>How far a run is. A poll right after its creation may not find it.</summary>
    public void Read(Exchange exchange, Utf8JsonWriter writer)
    {
        var run = exchange.Target!.Run!;
        if (run.RacesAhead())
            throw GraphErrors.UnknownObject(run.Id, "get");
        ReportFields.Write(writer, run, StateOf(run, exchange.Now), ListParameters.Fields(exchange.Request));
    }

    /// <summary>The rows of a run that has completed.</summary>
    public void Rows(Exchange exchange, Utf8JsonWriter writer)
    {
        var run = exchange.Target!.Run!;
        var state = StateOf(run, exchange.Now);
        if (state.Status != ReportState.Completed)
            throw GraphErrors.ReportNotReady(state.Status);
        var (skip, take) = insights.Page(exchange.Request);
        writer.WriteStartObject();
        run.RowsOf(() => Work(run))!.WritePage(exchange.Request, skip, take, writer);
        writer.WriteEndObject();
    }

    public void Delete(Exchange exchange) => book.Remove(exchange.Target!.Run!.Id);

    private ReportState StateOf(ReportRun run, DateTimeOffset now) => run.StateAt(now, () => Work(run));

    private (InsightsRows? Rows, GraphError? Failure) Work(ReportRun run)
    {
        try
        {
            world.TryFindAccount(run.Account, run.Times.RunningAt, out var account);
            AdEntity? node = null;
            if (!run.Node.StartsWith("act_", StringComparison.Ordinal) && IdSpace.TryParse(run.Node, out var id))
                account!.TryFind(id, out node);
            var result = insights.Run(run.Question, account!, node);
            if (result.Rows is { } rows)
                book.Hold(run, rows.Bytes);
            return result;
        }
        catch (GraphException e)
        {
            // What was a valid question when it was asked may be too old a day later.
            return (null, e.Error);
        }
    }

    private void CountQuotas(AdAccount account, InsightsQuery query, Exchange exchange)
    {
        if (query.Breakdown.AsksOldReach)
        {
            var used = book.UseQuota(account.Number, "reach", OldReachPerDay, exchange.Now);
            exchange.Headers["x-Fb-Ads-Insights-Reach-Throttle"] = $$"""{"reach_throttle_pct":{{Math.Min(100, used * 100 / OldReachPerDay)}}}""";
            if (used > OldReachPerDay)
                throw GraphErrors.Plain(4, "Reach-related metric breakdowns are unavailable due to rate limit threshold.");
        }

        var optIns = Math.Min(10, account.AdSets.Count);
        if (query.Breakdown.NeedsOptIn && book.UseQuota(account.Number, "opt-in", optIns, exchange.Now) > optIns)
            throw GraphErrors.Plain(4, "Breakdowns that need an opt-in are unavailable due to rate limit threshold.");
    }
}
