using System.Runtime.InteropServices;
using MetaGrains.GraphSimulator.Control;
using MetaGrains.GraphSimulator.Entities;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.Recorded;
using MetaGrains.GraphSimulator.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.GraphSimulator;

/// <summary>A running Graph API server of a simulated world. Disposing it stops it.</summary>
public sealed class GraphSimulatorServer : IAsyncDisposable
{
    private static readonly DateTimeOffset RecordingTime = new(2026, 3, 6, 12, 0, 0, TimeSpan.FromHours(1));

    private readonly WebApplication _app;
    private readonly IAdWorld _world;
    private readonly WorldCorrections _corrections;

    private GraphSimulatorServer(WebApplication app, IAdWorld world, SimulatorClock clock, SimulatorFaults faults)
    {
        _app = app;
        _world = world;
        _corrections = new WorldCorrections(world, clock);
        Clock = clock;
        Faults = faults;
        AccountIds = new AccountIdList(world);
        BaseAddress = ReachableAddress(app.Urls.First());
    }

    /// <summary>Where to call: <c>http://127.0.0.1:PORT/</c>, to which <c>v25.0/…</c> is appended.</summary>
    public Uri BaseAddress { get; }

    /// <summary>A token that sees every account.</summary>
    public string AccessToken => SimulatorTokens.Valid;

    /// <summary>The simulator's time.</summary>
    public TimeProvider Clock { get; }

    /// <summary>All accounts, <c>act_…</c>, in the order of <c>/me/adaccounts</c>.</summary>
    public IReadOnlyList<string> AccountIds { get; }

    /// <summary>What is to go wrong.</summary>
    public SimulatorFaults Faults { get; }

    /// <summary>Starts a server. It listens when the task completes.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    /// <exception cref="RecordedDataException">The data directory cannot be served.</exception>
    /// <exception cref="GraphSimulatorStartException">It cannot listen.</exception>
    public static async Task<GraphSimulatorServer> StartAsync(GraphSimulatorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        IAdWorld world = options.DataDirectory is { } directory
            ? new RecordedWorld(RecordedFolder.Read(directory))
            : new GeneratedWorld(options.Seed, options.Accounts);
        var startsAt = options.Now ?? (options.DataDirectory is null ? null : RecordingTime);
        var clock = new SimulatorClock(options.TimeProvider, startsAt);
        var faults = new SimulatorFaults();
        var app = Build(options, world, clock, faults);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            throw CannotListen(options.Urls, e);
        }

        return new GraphSimulatorServer(app, world, clock, faults);
    }

    /// <summary>What an account delivered in a range of its days, both ends included, up to its today.</summary>
    /// <exception cref="ArgumentException">There is no such account, or the range is reversed.</exception>
    public AccountTruth Truth(string accountId, DateOnly since, DateOnly until)
    {
        if (until < since)
            throw new ArgumentException($"until {until:yyyy-MM-dd} is before since {since:yyyy-MM-dd}.", nameof(until));
        return _world.TryFindAccount(AccountIdText.Number(accountId), Clock.GetUtcNow(), out var account)
            ? AccountSums.Truth(account, since, until)
            : throw new ArgumentException($"There is no account {accountId}.", nameof(accountId));
    }

    /// <summary>Changes what an ad delivered on a day, as Meta restates days for weeks. Actions stay as they are.</summary>
    /// <exception cref="ArgumentException">Unknown account or ad, or a number would fall below zero.</exception>
    public void Restate(string accountId, string adId, DateOnly date, decimal spendDelta, long impressionsDelta = 0, long clicksDelta = 0) =>
        _corrections.Restate(accountId, adId, date, spendDelta, impressionsDelta, clicksDelta);

    /// <summary>Takes an ad's delivery of a day away: its row is gone from the next answer on.</summary>
    /// <exception cref="ArgumentException">Unknown account or ad.</exception>
    public void Remove(string accountId, string adId, DateOnly date) => _corrections.Remove(accountId, adId, date);

    /// <summary>Completes when the token is cancelled, the server is disposed, or the process is told to end (SIGINT, SIGTERM).</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var cancelled = cancellationToken.Register(() => stopped.TrySetResult());
        using var disposed = _app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        await stopped.Task;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(GraphSimulatorOptions options, IAdWorld world, SimulatorClock clock, SimulatorFaults faults)
    {
        // The empty builder reads no environment and logs nothing.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Filters over hundreds of ids make long URLs, which Meta takes.
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var app = builder.Build();
        app.Urls.Add(options.Urls);

        app.Run(Answers(options, world, clock, faults));
        return app;
    }

    /// <summary>What answers calls, wherever they come from.</summary>
    internal static RequestDelegate Answers(GraphSimulatorOptions options, IAdWorld world, SimulatorClock clock, SimulatorFaults faults)
    {
        var calls = new CallLog();
        var graph = new GraphEndpoint(
            clock,
            new GraphRouter(world),
            new AccountEndpoint(world),
            new InsightsEndpoint(new InsightsQueryReader(options.MaxRowsPerPage, options.HideArchivedRows)),
            new UsageMeter(world.AccountCount),
            faults,
            calls,
            new TraceIds(options.Seed));
        var control = new ControlEndpoint(world, clock, new WorldCorrections(world, clock), faults, calls);
        return http => http.Request.Path.StartsWithSegments(ControlEndpoint.Prefix, StringComparison.Ordinal)
            ? control.HandleAsync(http)
            : graph.HandleAsync(http);
    }

    private static GraphSimulatorStartException CannotListen(string url, Exception e)
    {
        var why = e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException
            ? "something else listens there; stop it, or choose another port (port 0 picks a free one)"
            : $"{e.Message.ReplaceLineEndings(" ")} Choose another address, such as http://127.0.0.1:0";
        return new GraphSimulatorStartException($"The Graph simulator cannot listen on {url}: {why}.", e);
    }

    // Listening on every address is no address to call.
    private static Uri ReachableAddress(string url)
    {
        var address = new UriBuilder(url.Replace("//*", "//127.0.0.1", StringComparison.Ordinal).Replace("//+", "//127.0.0.1", StringComparison.Ordinal));
        if (address.Host is "0.0.0.0" or "[::]")
            address.Host = "127.0.0.1";
        return address.Uri;
    }
}
