using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Entities;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.Limits;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Answers every call that is not to <c>/_sim</c>: version, token, path, fault, answer, headers, in that order.</summary>
internal sealed class GraphEndpoint(
    TimeProvider clock,
    GraphRouter router,
    AccountEndpoint accounts,
    InsightsEndpoint insights,
    UsageMeter meter,
    SimulatorFaults faults,
    CallLog calls,
    TraceIds traces)
{
    private static readonly JsonWriterOptions Fast = new() { SkipValidation = true };

    public async Task HandleAsync(HttpContext http)
    {
        using var buffer = new PooledBuffer();
        var exchange = new Exchange(await GraphRequest.ReadAsync(http.Request), clock.GetUtcNow(), traces.Next(), buffer);
        var reply = Answer(exchange);
        WriteHeaders(http.Response.Headers, exchange);
        calls.Add(new Call(
            exchange.Now,
            exchange.Request.Method,
            exchange.Request.Loggable(),
            exchange.Target?.Account?.NodeId,
            reply.Status,
            exchange.Fault?.Kind.ToString()));
        await reply.SendAsync(http);
    }

    private GraphReply Answer(Exchange exchange)
    {
        try
        {
            var request = exchange.Request;
            request.TakeVersion();
            TokenCheck.Check(request.Token, exchange.Now);
            var target = exchange.Target = router.Resolve(request, exchange.Now);
            if (request.Method != HttpMethods.Get)
                throw GraphErrors.UnknownObject(request.Segments[0], request.Method.ToLowerInvariant());
            exchange.Fault = faults.Take(target.Account?.Number.ToString(CultureInfo.InvariantCulture), target.Kind == TargetKind.Insights);
            return exchange.Fault is { } fault ? Faulty(exchange, fault) : Real(exchange);
        }
        catch (GraphException e)
        {
            return FaultyReplies.Error(e.Error, exchange.Buffer, exchange.TraceId);
        }
        catch (Exception e)
        {
            // A defect of the simulator must not pass for one of Meta's moods.
            var error = GraphErrors.Unknown() with { UserTitle = "Defect of the simulator", UserMessage = e.ToString() };
            return FaultyReplies.Error(error, exchange.Buffer, exchange.TraceId);
        }
    }

    private GraphReply Faulty(Exchange exchange, InjectedFault fault)
    {
        if (FaultyReplies.Instead(fault.Kind, exchange.Request, exchange.Buffer, exchange.TraceId) is { } instead)
            return instead;
        var real = Real(exchange);
        if (FaultyReplies.Spoil(fault.Kind, real) is { } spoiled)
            return spoiled;
        // There was nothing to spoil: the fault waits for a call that has something.
        faults.GiveBack(fault);
        exchange.Fault = null;
        return real;
    }

    private GraphReply Real(Exchange exchange)
    {
        var (request, target) = (exchange.Request, exchange.Target!);
        using (var writer = new Utf8JsonWriter(exchange.Buffer, Fast))
        {
            switch (target.Kind)
            {
                case TargetKind.Me: WriteMe(writer); break;
                case TargetKind.MyAccounts: accounts.List(request, exchange.Now, writer); break;
                case TargetKind.Account: AccountEndpoint.Read(request, target.Account!, exchange.Now, writer); break;
                case TargetKind.Entity: EntityEndpoint.Read(request, target.Account!, target.Node!, writer); break;
                case TargetKind.List: EntityEndpoint.List(request, target.Account!, target.Node, target.Listed!.Value, writer); break;
                case TargetKind.Insights: insights.Answer(request, target.Account!, target.Node, writer); break;
            }
        }

        return new GraphReply(200, exchange.Buffer.Written);
    }

    private void WriteHeaders(IHeaderDictionary headers, Exchange exchange)
    {
        headers["facebook-api-version"] = exchange.Request.Version.Length > 0 ? exchange.Request.Version : GraphRequest.NewestVersionName;
        headers["x-fb-trace-id"] = exchange.TraceId;
        headers["x-fb-rev"] = "1030000000";
        if (exchange.Target is not { Account: { } account } target)
        {
            UsageHeaders.Write(headers, null, UseCase.None, meter.CountPlatform(exchange.Now), 0);
            return;
        }

        var activeAds = account.Ads.Count(ad => ad.EffectiveStatus == "ACTIVE");
        var usage = meter.Count(account.Number, target.UseCase, activeAds, exchange.Now);
        var blocked = exchange.Fault is { Kind: FaultKind.ThrottleInsights, Minutes: var minutes } ? minutes : 0;
        UsageHeaders.Write(headers, account.Number, target.UseCase, usage, blocked);
    }

    private static void WriteMe(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "Simulated System User");
        writer.WriteString("id"u8, "122100000000000001");
        writer.WriteEndObject();
    }

    /// <summary>One call on its way through.</summary>
    private sealed class Exchange(GraphRequest request, DateTimeOffset now, string traceId, PooledBuffer buffer)
    {
        public GraphRequest Request { get; } = request;

        public DateTimeOffset Now { get; } = now;

        public string TraceId { get; } = traceId;

        public PooledBuffer Buffer { get; } = buffer;

        public GraphTarget? Target { get; set; }

        public InjectedFault? Fault { get; set; }
    }
}
