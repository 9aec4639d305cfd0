using System.Text.Json;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Warehouse;

namespace MetaGrains.Cli.Local;

/// <summary>
/// Everything local: PostgreSQL with the current schema, a simulator if one is asked for, silos, an API; each a
/// process. Disposing it stops all, the last started first.
/// </summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    // An interrupt reaches every process of the terminal at once; this one may hear of it last.
    private static readonly TimeSpan InterruptDelay = TimeSpan.FromMilliseconds(500);

    private readonly Checkout _checkout;
    private readonly Terminal _terminal;
    private readonly DatabaseSession _database;
    private readonly List<HostProcess> _hosts = [];
    private Dictionary<string, string?> _variables = [];
    private bool _kept;

    private LocalSystem(Checkout checkout, Terminal terminal, DatabaseSession database) =>
        (_checkout, _terminal, _database) = (checkout, terminal, database);

    /// <summary>URL of the database, with password.</summary>
    public string DatabaseUrl => _database.Url;

    /// <summary>Whether the database is the checkout's own.</summary>
    public bool DatabaseIsPrivate => _database.IsPrivate;

    /// <summary>The API and its operator key.</summary>
    public ApiAccess Api { get; private set; } = null!;

    /// <summary>The simulator; null when there is none.</summary>
    public Uri? Graph { get; private set; }

    /// <summary>The simulator's access token, which is no secret.</summary>
    public string? GraphToken { get; private set; }

    /// <summary>Starts everything.</summary>
    /// <exception cref="CliException">Something did not start; nothing is left running.</exception>
    public static async Task<LocalSystem> StartAsync(Checkout checkout, Terminal terminal, LocalSystemRequest request, CancellationToken cancellationToken)
    {
        checkout.EnsureState();
        var (silo, api) = (SiblingHost.Find(checkout, "Silo"), SiblingHost.Find(checkout, "Api"));
        var system = new LocalSystem(checkout, terminal, await DatabaseSession.OpenAsync(checkout, terminal, cancellationToken));
        try
        {
            system.RefuseSecond();
            await system.MigrateAsync(cancellationToken);
            if (request.Simulator is { } simulator)
                await system.StartSimulatorAsync(request, simulator, cancellationToken);
            system._variables = HostEnvironment.Local(checkout, system._database, system.Graph);
            for (var number = 1; number <= request.Silos; number++)
                await system.StartHostAsync(request, number == 1 ? "silo" : $"silo-{number}", silo, ["--listen", "127.0.0.1:0"], cancellationToken);
            var ready = await system.StartHostAsync(request, "api", api, ["--urls", request.ApiUrls], cancellationToken);
            system.Api = new ApiAccess(new Uri(ready.GetProperty("url").GetString()!), system._variables[Settings.OperatorKey]!);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does some work, and gives it up with the reason when one of the processes ends by itself.</summary>
    /// <exception cref="CliException">A process has ended.</exception>
    public async Task<T> WatchAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = work(giveUp.Token);
        var died = Task.WhenAny(_hosts.Select(host => host.Ended));
        await Task.WhenAny(working, died);
        // What fails because its process is going fails a moment before that is gone.
        if (!working.IsCompletedSuccessfully)
            await Task.WhenAny(died, Task.Delay(InterruptDelay, TimeProvider.System, CancellationToken.None));
        if (!died.IsCompleted || working.IsCompletedSuccessfully)
            return await working;
        await giveUp.CancelAsync();
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(InterruptDelay, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        throw _hosts.First(host => host.Ended.IsCompleted).Explain("by itself");
    }

    /// <summary>Writes down what runs. With an owner it ends with that one, else it stays until <c>down</c>.</summary>
    public void Announce(LocalProcess? owner)
    {
        new LocalState(Api.Url, Where(_database.Url), owner, [.. _hosts.Select(host => new LocalProcess(host.Name, host.Id, host.StartedAt))]).Write(_checkout);
        if (owner is not null)
            return;
        _kept = true;
        _database.Keep();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_kept)
        {
            for (var last = _hosts.Count - 1; last >= 0; last--)
                await _hosts[last].DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var database = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = _database.Url });
        await Settings.Migrator(database).MigrateAsync(cancellationToken);
    }

    // Silos of one database are one cluster, and would answer for each other's simulator.
    private void RefuseSecond()
    {
        if (LocalState.Find(_checkout) is { } running && running.Database == Where(_database.Url))
            throw CliException.BadInput($"A MetaGrains of this checkout is up already at {running.Url}: use it, or stop it with ./metagrains down.");
    }

    private async Task StartSimulatorAsync(LocalSystemRequest request, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MetaGrains.Cli.dll");
        var ready = await StartHostAsync(request, "graph-sim", program, ["graph-sim", .. arguments, "--json"], cancellationToken);
        (Graph, GraphToken) = (new Uri(ready.GetProperty("url").GetString()!), ready.GetProperty("access_token").GetString()!);
    }

    private async Task<JsonElement> StartHostAsync(
        LocalSystemRequest request, string name, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        _terminal.Progress($"starting {name}");
        var words = request.Outlives ? arguments : arguments.Append("--stop-with-stdin");
        var command = HostCommand.Dotnet(name, program, words, _variables, LogFolder.FileOf(_checkout, $"{request.Verb}-{name}"));
        var host = await HostProcess.StartAsync(command with { Outlives = request.Outlives }, cancellationToken);
        _hosts.Add(host);
        return host.Ready;
    }

    private static string Where(string url)
    {
        var parsed = Warehouse.DatabaseUrl.Parse(url);
        return $"{parsed.Host}:{parsed.Port}/{parsed.Database}";
    }
}
