using System.Globalization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Graph;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Orleans.TestingHost;

namespace MetaGrains.Grains.Tests;

/// <summary>One silo, a simulator, and one connected account. The silo can die and come back.</summary>
internal sealed class AccountCluster : IAsyncDisposable
{
    /// <summary>Set to <c>on</c>, incidents are recognised, tried and over within seconds.</summary>
    public const string QuickIncidents = "test:quick-incidents";

    private const string Url = "test:database-url";
    private const string Key = "test:encryption-key";
    private const string Graph = "test:graph";
    private const string Pages = "test:page-limit";
    private const string Upkeep = "test:upkeep";
    private const string App = "test:app";
    private const string Starts = "test:starts";

    private readonly Dictionary<string, string> _settings = [];
    private readonly string _key = EncryptionKeys.Generate();
    private TestCluster _cluster = null!;

    private AccountCluster(TestDatabase database, GraphSimulatorServer simulator) => (Database, Simulator) = (database, simulator);

    public TestDatabase Database { get; }

    public GraphSimulatorServer Simulator { get; }

    public AdAccountKey Account { get; private set; }

    public TestCluster Cluster => _cluster;

    public IGrainFactory Grains => _cluster.GrainFactory;

    public IAdAccountGrain Grain => Grains.AdAccount(Account);

    public ITenantRateLimitGrain Budget => Grains.RateLimit(new TenantKey(Account.Tenant));

    public static async Task<AccountCluster> StartAsync(
        TenantSettings? tenant = null, bool enabled = true, TimeSpan? interval = null, int pageLimit = 200, string? token = null,
        bool upkeep = false, int accounts = 1, GraphSimulatorOptions? simulator = null, long? app = null,
        double? startsPerSecond = null, Action<IDictionary<string, string>>? configure = null)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var cluster = new AccountCluster(database, await GraphSimulatorServer.StartAsync((simulator ?? new GraphSimulatorOptions()) with { Accounts = accounts }));
        var made = await new TenantDirectory(database.Source, TimeProvider.System)
            .MakeAsync("acme", (tenant ?? new TenantSettings("Acme", "EUR", null, null, null)) with { SeveralCurrencies = true }, default);
        cluster.Account = new AdAccountKey(made!.Id, AdAccountId.Parse(cluster.Simulator.AccountIds[0]));
        await cluster.ConnectAsync(token ?? cluster.Simulator.AccessToken);
        await database.ExecuteAsync("update ad_accounts set enabled = $1, settings = $2::jsonb", enabled,
            interval is null ? "{}" : $$"""{"interval_seconds": {{interval.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)}}}""");
        cluster._settings[Url] = database.Url;
        cluster._settings[Key] = cluster._key;
        cluster._settings[Graph] = cluster.Simulator.BaseAddress.ToString();
        cluster._settings[Pages] = pageLimit.ToString(CultureInfo.InvariantCulture);
        cluster._settings[Upkeep] = upkeep ? "on" : "off";
        cluster._settings[App] = app?.ToString(CultureInfo.InvariantCulture) ?? "";
        cluster._settings[Starts] = startsPerSecond?.ToString(CultureInfo.InvariantCulture) ?? "";
        configure?.Invoke(cluster._settings);
        cluster._cluster = cluster.Build();
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    /// <summary>Connects the tenant with a token, for the first time or again.</summary>
    public async Task ConnectAsync(string token)
    {
        var integration = await new IntegrationStore(Database.Source, EncryptionKeys.Parse(_key), TimeProvider.System)
            .ConnectAsync(Account.Tenant, "main", new AccessToken(token), default);
        await new AdAccountStore(Database.Source, TimeProvider.System).UpsertAsync(
            Account.Tenant, integration, [new AdAccountFacts(Account.Account, "One", "EUR", "Europe/Prague", 1, 0)], default);
    }

    /// <summary>The scope that every call with the tenant's token counts against.</summary>
    public async Task<string> UserScopeAsync() => $"user/{await Database.ScalarAsync<Guid>("select id from integrations")}";

    /// <summary>What SQL says of the days that were read must be what the simulator knows of them.</summary>
    public async Task AssertTruthAsync()
    {
        var row = Assert.Single(await Database.RowsAsync("select min(window_since), max(window_until) from sync_runs where status = 'succeeded'")).Trim('(', ')').Split(',');
        var days = new DateRange(DateOnly.Parse(row[0], CultureInfo.InvariantCulture), DateOnly.Parse(row[1], CultureInfo.InvariantCulture));
        var truth = Simulator.Truth(Account.Account.ToString(), days.Since, days.Until);
        Assert.True(truth.Rows > 0);
        Assert.Equal(
            $"({truth.Rows},{truth.Spend},{truth.Impressions},{truth.Clicks})",
            Assert.Single(await Database.RowsAsync("select count(*), trim_scale(sum(spend)), sum(impressions), sum(clicks) from fact_meta_daily")));
    }

    /// <summary>Waits until the account has done all that is due and was asked for.</summary>
    public Task RestsAsync() => Eventually.TrueAsync(
        async () => await Grain.GetStatusAsync() is { RunningJob: null, Waiting: 0, NextDueAt: { } due } && due > TimeProvider.System.GetUtcNow(), "the account rests");

    /// <summary>Reminders of grains whose keys begin with a text.</summary>
    public Task<long> RemindersAsync(string prefix) =>
        Database.ScalarAsync<long>("select count(*) from engine.orleansreminderstable where grainid like '%/' || $1 || '%'", prefix);

    /// <summary>The silo dies without a word, and another takes its place.</summary>
    /// <param name="meanwhile">What happens while there is none.</param>
    public async Task CrashAsync(Func<Task>? meanwhile = null)
    {
        await _cluster.KillSiloAsync(_cluster.Primary!);
        await _cluster.DisposeAsync();
        if (meanwhile is not null)
            await meanwhile();
        _cluster = Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await Simulator.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>A builder serves for one cluster: its ports are given back when that ends.</summary>
    private TestCluster Build()
    {
        var builder = new TestClusterBuilder(1).AddSiloBuilderConfigurator<Silo>();
        builder.Options.ServiceId = builder.Options.ClusterId = Database.Name;
        foreach (var (key, value) in _settings)
            builder.Properties[key] = value;
        return builder.Build();
    }

    internal sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var settings = siloBuilder.Configuration;
            var database = DatabaseUrl.ForEngine(settings[Url]!).ConnectionString;
            siloBuilder.Services.AddWarehouse(options => options.DatabaseUrl = settings[Url]!);
            siloBuilder.Services.AddSingleton(EncryptionKeys.Parse(settings[Key]));
            siloBuilder.Services.AddGrains();
            siloBuilder.Services.AddMetaGraph(options =>
            {
                options.BaseAddress = new Uri(settings[Graph]!);
                options.PageLimit = int.Parse(settings[Pages]!, CultureInfo.InvariantCulture);
                options.AccountsPageLimit = 3;
                options.RetryBaseDelay = TimeSpan.FromMilliseconds(1);
            });
            if (long.TryParse(settings[App], CultureInfo.InvariantCulture, out var app))
                siloBuilder.Services.Configure<SyncOptions>(options => options.AppId = app);
            siloBuilder.Services.Configure<SweepOptions>(options => (options.Period, options.Grace) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
            if (double.TryParse(settings[Starts], CultureInfo.InvariantCulture, out var starts))
                siloBuilder.Services.Configure<SlowStartOptions>(options => (options.FirstPerSecond, options.MostPerSecond) = (starts, starts));
            // So long that what a test waits for comes by notification.
            siloBuilder.Services.Configure<SettingsListenerOptions>(options =>
                (options.Fallback, options.TakeOver, options.PageSize) = (TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(100), 1));
            // What is erased is for a test to say.
            siloBuilder.Services.Configure<UpkeepOptions>(options => options.First = TimeSpan.FromMinutes(30));
            if (settings[QuickIncidents] == "on")
            {
                siloBuilder.Services.Configure<IncidentOptions>(options =>
                    (options.Pause, options.MaxAge, options.FirstProbe, options.LongestProbe) =
                    (TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
            }

            if (settings[Upkeep] == "on")
                siloBuilder.AddGrainUpkeep();
            siloBuilder
                .AddAdoNetGrainStorage(GrainServices.Store, options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
                .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
                .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));
        }
    }
}
