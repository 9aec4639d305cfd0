using System.Collections.Concurrent;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Tokens;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>The client as a host would have it, with what it logs and observes at hand.</summary>
public sealed class GraphClient : IAsyncDisposable, IUsageObserver
{
    public const string Token = "EAAtestTOKEN0123456789abcdefSECRET";

    private readonly ServiceProvider _services;

    public GraphClient(Uri address, TimeProvider? time = null, Action<GraphOptions>? configure = null, Func<double>? chance = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton(new GraphChance(chance ?? (() => 0)));
        services.AddSingleton<IUsageObserver>(this);
        services.AddMetaGraph(options =>
        {
            options.BaseAddress = address;
            options.RetryBaseDelay = time is null ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1);
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public CapturedLogs Logs { get; } = new();

    public ConcurrentQueue<(GraphCall Call, UsageObservation Usage)> Observed { get; } = new();

    public IInsightsSource Source => _services.GetRequiredService<IInsightsSource>();

    public IGraphAdAccounts Accounts => _services.GetRequiredService<IGraphAdAccounts>();

    public IReportSource Reports => _services.GetRequiredService<IReportSource>();

    public IGraphEntities Entities => _services.GetRequiredService<IGraphEntities>();

    public IGraphTokens Tokens => _services.GetRequiredService<IGraphTokens>();

    internal GraphBatch Batch => _services.GetRequiredService<GraphBatch>();

    public static AccessToken AccessToken { get; } = new(Token);

    /// <summary>Reads all, keeping of each page what outlives it.</summary>
    public async Task<List<ReadPage>> ReadAllAsync(
        InsightsQuery query, AccessToken? token = null, CancellationToken cancellationToken = default)
    {
        var pages = new List<ReadPage>();
        await foreach (var page in Source.ReadAsync(query, token ?? AccessToken, cancellationToken))
        {
            using (page)
                pages.Add(new ReadPage(page.Number, page.Calls, page.Bytes, Snapshot.Of(page)));
        }

        return pages;
    }

    public void Observe(GraphCall call, UsageObservation usage) => Observed.Enqueue((call, usage));

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

public sealed record ReadPage(int Number, int Calls, long Bytes, IReadOnlyList<Snapshot> Rows);

/// <summary>Everything of a row, by value.</summary>
public sealed record Snapshot(
    DateOnly Date, string? CampaignId, string? AdSetId, string? AdId, string Currency, string AttributionSetting,
    long Impressions, long Clicks, long? Reach, decimal Spend, ConversionTotals Conversions,
    string BreakdownKey, string Breakdowns, string Actions, string Raw)
{
    public static IReadOnlyList<Snapshot> Of(InsightPage page) => [.. page.Rows.ToArray().Select(Of)];

    public static Snapshot Of(InsightRow row) => new(
        row.Date, row.CampaignId, row.AdSetId, row.AdId, row.Currency, row.AttributionSetting,
        row.Impressions, row.Clicks, row.Reach, row.Spend, row.Conversions,
        row.BreakdownKey, Text(row.Breakdowns), Text(row.Actions), Text(row.Raw));

    private static string Text(ReadOnlyMemory<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8.Span);
}

/// <summary>Keeps every log line, with all its properties and exceptions.</summary>
public sealed class CapturedLogs : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var properties = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs) : "";
            logs.Lines.Enqueue($"{logLevel} {category} {formatter(state, exception)} {properties} {exception}");
        }
    }
}
