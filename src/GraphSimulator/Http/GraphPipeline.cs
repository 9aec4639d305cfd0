using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.Tokens;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Answers one call: version, token, path, permission, limits, fault, answer, headers, log, in that order.</summary>
internal sealed class GraphPipeline(
    GraphVersions versions,
    TokenBook tokens,
    GraphRouter router,
    LimitLayers limits,
    SimulatorFaults faults,
    CallLog calls,
    GraphAnswers answers)
{
    private static readonly JsonWriterOptions Fast = new() { SkipValidation = true };

    /// <summary>Answers, with <see cref="Exchange.Headers"/> filled and the call in the log.</summary>
    public async Task<GraphReply> AnswerAsync(Exchange exchange)
    {
        var reply = await AnswerOrFailAsync(exchange);
        WriteHeaders(exchange);
        if (reply.Status == 200 && exchange.Request.IsRead && exchange.Fault is null)
            exchange.Headers["ETag"] = EntityTags.Of(reply.Body.Span);
        calls.Add(Call.Of(exchange, reply.Status));
        return reply;
    }

    private async Task<GraphReply> AnswerOrFailAsync(Exchange exchange)
    {
        try
        {
            var request = exchange.Request;
            versions.Take(request, exchange.Headers);
            if (request.Segments is ["oauth", "access_token"])
                return Write(exchange, writer => answers.WriteAccessToken(exchange, writer));
            exchange.Session = tokens.Open(request, exchange.Now);
            var target = exchange.Target = router.Resolve(request, exchange.Session, exchange.Now);
            if (!target.Takes(request.Method))
                throw GraphErrors.UnknownObject(request.Segments[0], request.Method.ToLowerInvariant());
            Permissions.Check(exchange.Session, target, request.Method);
            Count(exchange, target);
            exchange.Fault = faults.Take(target.Account?.Number.ToString(CultureInfo.InvariantCulture), Scope(exchange, target), exchange.InBatch);
            return exchange.Fault is { } fault ? await FaultyAsync(exchange, fault) : await RealAsync(exchange);
        }
        catch (GraphException e)
        {
            return Fail(exchange, e.Error);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A defect of the simulator must not pass for one of Meta's moods.
            return Fail(exchange, GraphErrors.Unknown() with { UserTitle = "Defect of the simulator", UserMessage = e.ToString() });
        }
    }

    private GraphReply Fail(Exchange exchange, GraphError error)
    {
        exchange.Error = error;
        if (error.Code == 100 && exchange.Target is { UseCase: UseCase.AdsInsights, Account: { } account })
            limits.CountUserError(account.Number);
        return FaultyReplies.Error(error, exchange.Buffer, exchange.TraceId);
    }

    private void Count(Exchange exchange, GraphTarget target)
    {
        var account = target.Account;
        var call = new LimitedCall(
            account?.Number ?? 0,
            target.UseCase,
            account?.Ads.Count(ad => ad.EffectiveStatus == "ACTIVE") ?? 0,
            exchange.Session!.Token.UserId,
            // Asking for a report is a POST, and changes nothing.
            exchange.Request.IsRead || target.UseCase == UseCase.AdsInsights ? 1 : 3);
        var verdict = exchange.Limits = limits.Count(call, exchange.Now);
        if (account is not null)
            exchange.Used.Add(new AccountUsage(account.Number, target.UseCase, verdict.Usage));
        if (verdict.Refusal is { } refusal)
            throw new GraphException(refusal);
    }

    private static FaultScope Scope(Exchange exchange, GraphTarget target) => target.Kind switch
    {
        TargetKind.Insights => exchange.Request.IsRead ? FaultScope.Insights : FaultScope.ReportRequest,
        TargetKind.ReportRows => FaultScope.Insights,
        TargetKind.List or TargetKind.Creatives or TargetKind.MyAccounts => FaultScope.List,
        _ => FaultScope.Other,
    };

    private async Task<GraphReply> FaultyAsync(Exchange exchange, InjectedFault fault)
    {
        if (FaultyReplies.Instead(fault, exchange.Request, exchange.Buffer, exchange.TraceId) is { } instead)
        {
            exchange.Error = FaultyReplies.ErrorOf(fault);
            return instead;
        }

        exchange.Request.ShortPage = fault.Kind == FaultKind.ShortPage;
        var real = await RealAsync(exchange);
        if (FaultyReplies.Spoil(fault.Kind, real) is { } spoiled)
            return fault.Kind == FaultKind.Slow ? spoiled with { Delay = TimeSpan.FromSeconds(fault.Seconds) } : spoiled;
        // There was nothing to spoil: the fault waits for a call that has something.
        faults.GiveBack(fault);
        exchange.Fault = null;
        return real;
    }

    private async Task<GraphReply> RealAsync(Exchange exchange)
    {
        if (exchange.Target!.Kind == TargetKind.Subscriptions && exchange.Request.Method == "POST")
            await answers.SubscribeAsync(exchange);
        return Write(exchange, writer => answers.Write(exchange, writer));
    }

    private static GraphReply Write(Exchange exchange, Action<Utf8JsonWriter> write)
    {
        using (var writer = new Utf8JsonWriter(exchange.Buffer, Fast))
            write(writer);
        return new GraphReply(200, exchange.Buffer.Written);
    }

    private void WriteHeaders(Exchange exchange)
    {
        var headers = exchange.Headers;
        headers["x-fb-trace-id"] = exchange.TraceId;
        headers["x-fb-rev"] = "1030000000";
        if (exchange.Used.Count == 0)
        {
            var usage = exchange.Limits?.Usage ?? limits.Count(new LimitedCall(0, UseCase.None, 0, "", 1), exchange.Now).Usage;
            UsageHeaders.WritePlatform(headers, usage);
            return;
        }

        if (exchange.Fault is { Kind: FaultKind.ThrottleInsights, Minutes: var minutes })
            exchange.Used[^1] = exchange.Used[^1] with { Usage = exchange.Used[^1].Usage with { RegainMinutes = minutes, AccountPercent = 100 } };
        UsageHeaders.Write(headers, exchange.Used, limits.Limits.Tier());
    }
}
