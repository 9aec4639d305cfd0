using MetaGrains.GraphSimulator.Batch;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Entities;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.OAuth;
using MetaGrains.GraphSimulator.Reports;
using MetaGrains.GraphSimulator.Tokens;
using MetaGrains.GraphSimulator.Webhooks;
using MetaGrains.GraphSimulator.World;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator;

/// <summary>Everything that answers, put together. It needs no server: a request goes in, an answer comes out.</summary>
internal sealed class SimulatorSite
{
    // One for the process: it calls the apps back that subscribed.
    private static readonly HttpClient Callbacks = new() { Timeout = TimeSpan.FromSeconds(20) };

    private readonly GraphEndpoint _graph;
    private readonly ControlEndpoint _control;

    public SimulatorSite(GraphSimulatorOptions options, IAdWorld world, SimulatorClock clock, SimulatorFaults faults)
    {
        var app = new SimulatedApp(
            SimulatorTokens.AppId, options.AppSecret ?? SimulatorTokens.AppSecret, options.AppSecret is not null, options.RequireAppSecretProof);
        var tokens = new TokenBook(options.Tokens, app);
        var limits = new LimitLayers(options.Limits, world.AccountCount, options.Seed);
        var corrections = new WorldCorrections(world, clock);
        var calls = new CallLog();
        var traces = new TraceIds(options.Seed);
        var versions = new GraphVersions(options.Versions);
        var insights = new InsightsEndpoint(new InsightsQueryReader(options), options.DataLimits);
        var reports = new ReportBook(options.Reports, clock, options.Seed);
        var codes = new CodeBook(options.Seed);
        var subscriptions = new SubscriptionBook();
        var answers = new GraphAnswers(
            new AccountEndpoint(world),
            insights,
            new ReportEndpoint(reports, insights, world),
            new TokenEndpoint(tokens, clock.GetUtcNow()),
            new AccessTokenEndpoint(tokens, codes),
            new SubscriptionEndpoint(subscriptions, Callbacks, app.Id, options.Seed),
            corrections,
            options.DeletedOnEdges);
        var router = new GraphRouter(world, new BusinessBook(world, clock), reports, app.Id);
        var pipeline = new GraphPipeline(versions, tokens, router, limits, faults, calls, answers);
        var ids = new IdsEndpoint(pipeline, limits, calls, traces);
        var batches = new BatchEndpoint(versions, tokens, new CallDispatcher(pipeline, ids, traces), faults, calls);
        _graph = new GraphEndpoint(clock, pipeline, batches, ids, new DialogEndpoint(clock, app, codes), traces);
        _control = new ControlEndpoint([
            new WorldControls(world, clock, corrections),
            new TrafficControls(world, clock, faults, calls, limits),
            new AccessControls(
                world,
                clock,
                tokens,
                new UserCallbacks(Callbacks, clock, app.Secret),
                new WebhookSender(subscriptions, Callbacks, clock, app.Secret)),
        ]);
    }

    public Task HandleAsync(HttpContext http) =>
        http.Request.Path.StartsWithSegments(ControlEndpoint.Prefix, StringComparison.Ordinal) ? _control.HandleAsync(http) : _graph.HandleAsync(http);
}
