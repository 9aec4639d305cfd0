using MetaGrains.Api.Accounts;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Budgets;
using MetaGrains.Api.Cluster;
using MetaGrains.Api.Connections;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Entities;
using MetaGrains.Api.Exports;
using MetaGrains.Api.Freshness;
using MetaGrains.Api.Health;
using MetaGrains.Api.Incidents;
using MetaGrains.Api.Insights;
using MetaGrains.Api.Json;
using MetaGrains.Api.Keys;
using MetaGrains.Api.Planning;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Requests;
using MetaGrains.Api.Scheduler;
using MetaGrains.Api.Sync;
using MetaGrains.Api.Tenants;
using MetaGrains.Api.Tiers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Api.Hosting;

/// <summary>Puts the API together.</summary>
internal static class ApiHost
{
    public const string DefaultUrl = "http://127.0.0.1:8080";

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Builds it; nothing listens yet.</summary>
    /// <param name="urls">Where it is to listen.</param>
    public static WebApplication Build(ApiSettings settings, string urls, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "MetaGrains.Api" });
        // Certificates of Kestrel, where the API itself speaks TLS.
        builder.Configuration.AddEnvironmentVariables("ASPNETCORE_");
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Body.MaxDrainedBytes;
        });
        builder.WebHost.UseUrls(urls);
        builder.Logging.AddApiLog(settings);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddApi(settings);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseMiddleware<RequestMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseMiddleware<AuthMiddleware>();
        app.UseMiddleware<QueryMiddleware>();
        app.MapApi(settings);
        return app;
    }

    private static void MapApi(this IEndpointRouteBuilder routes, ApiSettings settings)
    {
        routes.MapTenants();
        routes.MapKeys();
        routes.MapConnections();
        routes.MapAccounts();
        routes.MapSync();
        routes.MapSetSync();
        routes.MapRuns(settings.JobsEnabled);
        routes.MapInsights();
        routes.MapEntities();
        routes.MapFreshness();
        routes.MapExport();
        routes.MapRateLimit();
        routes.MapPlan();
        routes.MapTiers();
        routes.MapScheduler(settings.JobsEnabled);
        routes.MapIncidents();
        routes.MapSchedulerSwitch();
        routes.MapFresh(settings);
        routes.MapCluster();
        routes.MapHealth();
        routes.MapDocs();
    }

    // Standard output has one line, which tells where the API listens.
    private static void AddApiLog(this ILoggingBuilder logging, ApiSettings settings)
    {
        logging.SetMinimumLevel(settings.LogLevel);
        logging.AddFilter("Microsoft", settings.LogLevel > LogLevel.Warning ? settings.LogLevel : LogLevel.Warning);
        // A start that fails is told in one line, by whoever started it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (settings.Production)
            logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        else
            logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
