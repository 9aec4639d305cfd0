using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Tenancy;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>A database, a simulated Meta, one connected account, and a silo and an API as processes that can die.</summary>
internal sealed class LiveSystem : IAsyncDisposable
{
    private const string OperatorKey = "operator-key-of-the-tests";

    private readonly string _encryptionKey = EncryptionKeys.Generate();
    private readonly Dictionary<string, string> _siloSettings;
    private HttpClient? _http;

    private LiveSystem(TestDatabase database, GraphSimulatorServer simulator, GraphGate gate, int pageLimit)
    {
        (Database, Simulator, Gate) = (database, simulator, gate);
        _siloSettings = new Dictionary<string, string>(Common())
        {
            ["META_API_BASE_URL"] = gate.Address.ToString(),
            ["MetaGrains__Silo__MinimumReminderPeriod"] = "00:00:02",
            ["MetaGrains__Silo__GraphPageLimit"] = pageLimit.ToString(CultureInfo.InvariantCulture),
            ["MetaGrains__Silo__GraphRetryBaseDelay"] = "00:00:00.001",
        };
    }

    public TestDatabase Database { get; }

    public GraphSimulatorServer Simulator { get; }

    /// <summary>What stands between the silo and the simulator.</summary>
    public GraphGate Gate { get; private set; }

    public AdAccountKey Account { get; private set; }

    public HostProcess? Silo { get; private set; }

    public HostProcess? Api { get; private set; }

    /// <summary>The API's client, with the operator's key.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("The API was not started.");

    /// <summary>The account's URL.</summary>
    public string AccountUrl => $"/v1/tenants/acme/accounts/{Account.Account}";

    public static async Task<LiveSystem> StartAsync(
        TenantSettings? tenant = null, int pageLimit = 200, bool silo = true, bool api = false, int accounts = 1, int? connected = null,
        TestPostgres? server = null)
    {
        var database = await (server ?? await TestPostgres.SharedAsync()).CreateAsync();
        // Its clock stands still: what it says of a day is the same at every moment of the test.
        var simulator = await GraphSimulatorServer.StartAsync(
            new GraphSimulatorOptions { Accounts = accounts, TimeProvider = new FixedClock(TimeProvider.System.GetUtcNow()) });
        var system = new LiveSystem(database, simulator, await GraphGate.StartAsync(simulator), pageLimit);
        var acme = await system.ConnectAsync("acme", tenant ?? new TenantSettings("Acme", "EUR", null, null, null), simulator.AccountIds.Take(connected ?? accounts));
        system.Account = new AdAccountKey(acme, AdAccountId.Parse(simulator.AccountIds[0]));
        if (silo)
            await system.StartSiloAsync();
        if (api)
            await system.StartApiAsync();
        return system;
    }

    public async Task StartSiloAsync() => Silo = await NewSiloAsync();

    /// <summary>A silo beside those that run, for the test to end.</summary>
    public Task<HostProcess> NewSiloAsync() => NewSiloAsync([], [], "127.0.0.1");

    /// <summary>One with settings of its own.</summary>
    /// <param name="under">The words of a program that runs it.</param>
    /// <param name="settings">What it is told otherwise than all.</param>
    /// <param name="listen">Its address.</param>
    public async Task<HostProcess> NewSiloAsync(string[] under, Dictionary<string, string> settings, string listen) =>
        (await HostProcess.StartAsync(
            under, "MetaGrains.Silo.dll", new Dictionary<string, string>(_siloSettings.Concat(settings).GroupBy(pair => pair.Key).Select(values => values.Last())),
            ["--listen", $"{listen}:0", "--stop-with-stdin"])).Process;

    public async Task StartApiAsync()
    {
        var settings = new Dictionary<string, string>(Common()) { ["METAGRAINS_OPERATOR_KEY"] = OperatorKey };
        (Api, var ready) = await HostProcess.StartAsync("MetaGrains.Api.dll", settings, "--urls", "http://127.0.0.1:0", "--stop-with-stdin");
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(ready.GetProperty("url").GetString()!), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
    }

    /// <summary>kill -9, then a new process in its place; the gate lets everything pass.</summary>
    public async Task ReplaceSiloAsync()
    {
        await Silo!.KillAsync();
        await Silo.DisposeAsync();
        Gate.Open();
        await StartSiloAsync();
    }

    /// <summary>The database's URL for who wants to be known there by a name.</summary>
    public string DatabaseUrlAs(string name) => $"{Database.Url}{(Database.Url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}application_name={name}";

    /// <summary>The database's URL, by way of another address.</summary>
    public string DatabaseUrlBy(string host, int port) => new UriBuilder(Database.Url) { Host = host, Port = port }.Uri.ToString();

    /// <summary>A call of the API that must succeed.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string url, object? body = null)
    {
        using var request = new HttpRequestMessage(method, url) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {url}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text.Length == 0 ? "null" : text).RootElement;
    }

    /// <summary>A reading over REST; null while a killed silo's grains have no other yet and the API says so.</summary>
    public async Task<JsonElement?> AnswerAsync(string url)
    {
        using var answer = await Http.GetAsync(url);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
            return null;
        Assert.True(answer.IsSuccessStatusCode, $"GET {url}: {(int)answer.StatusCode} {text}; the API says: {Api?.Log}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The simulator's own call log: <c>{count, calls}</c>.</summary>
    public async Task<JsonElement> SimulatorCallsAsync() => await SimulatorAsync("_sim/calls?limit=1000");

    /// <summary>What the simulator wrote down of an account, from a number of its log on.</summary>
    public async Task<JsonElement[]> SimulatorCallsAsync(string account, long since = 0) =>
        [.. (await SimulatorAsync($"_sim/calls?account={account}&since={since}&limit=1000")).GetProperty("calls").EnumerateArray()];

    /// <summary>Asks in SQL for a run, as the API does: the row is the request.</summary>
    public Task<long> AskAsync(RunAsk ask) => new RunQueue(Database.Source, TimeProvider.System).AskAsync(Account, ask, default);

    public Task UntilAsync(string condition, string what) =>
        Eventually.TrueAsync(() => Database.ScalarAsync<bool>($"select {condition}"), $"{what}; the silo says: {Silo?.Log}");

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        foreach (var process in new[] { Api, Silo })
        {
            if (process is not null)
                await process.DisposeAsync();
        }

        await Gate.DisposeAsync();
        await Simulator.DisposeAsync();
        await Database.DisposeAsync();
    }

    private Dictionary<string, string> Common() => new()
    {
        ["METAGRAINS_DATABASE_URL"] = Database.Url,
        ["ENCRYPTION_KEY"] = _encryptionKey,
        ["LOG_LEVEL"] = "Information",
    };

    /// <summary>A tenant with accounts, which do not sync yet.</summary>
    public async Task<TenantId> ConnectAsync(string slug, TenantSettings settings, IEnumerable<string> accounts)
    {
        var tenant = await new TenantDirectory(Database.Source, TimeProvider.System).MakeAsync(slug, settings with { SeveralCurrencies = true }, default);
        var integration = await new IntegrationStore(Database.Source, EncryptionKeys.Parse(_encryptionKey), TimeProvider.System)
            .ConnectAsync(tenant!.Id, "main", new AccessToken(Simulator.AccessToken), default);
        var facts = (await SimulatorAsync("_sim/accounts")).GetProperty("accounts").EnumerateArray();
        await new AdAccountStore(Database.Source, TimeProvider.System).UpsertAsync(
            tenant.Id, integration,
            [.. Simulator.AccountIds.Zip(facts, (id, fact) => new AdAccountFacts(
                AdAccountId.Parse(id), "One", fact.GetProperty("currency").GetString()!, fact.GetProperty("timezone_name").GetString()!, 1, 0))
                .Where(fact => accounts.Contains(fact.Id.ToString()))], default);
        return tenant.Id;
    }

    private async Task<JsonElement> SimulatorAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = Simulator.BaseAddress };
        return await client.GetFromJsonAsync<JsonElement>(path);
    }
}
