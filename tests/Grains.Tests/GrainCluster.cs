using MetaGrains.Core.Keys;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Graph;
using MetaGrains.Testing;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Orleans.TestingHost;

namespace MetaGrains.Grains.Tests;

/// <summary>One silo with our grains on a real database, and a tenant in it. The silo can die and come back.</summary>
internal sealed class GrainCluster : IAsyncDisposable
{
    private const string DatabaseSetting = "test:database-url";
    private const string AppSetting = "test:app";

    private readonly string? _app;
    private TestCluster _cluster;

    private GrainCluster(TestDatabase database, TenantId tenant, string? app)
    {
        (Database, Tenant, _app) = (database, tenant, app);
        _cluster = Build();
    }

    public TestDatabase Database { get; }

    public TenantId Tenant { get; }

    public IGrainFactory Grains => _cluster.GrainFactory;

    public ITenantRateLimitGrain Budget => Grains.RateLimit(new TenantKey(Tenant));

    public TenantDirectory Tenants => new(Database.Source, TimeProvider.System);

    public static async Task<GrainCluster> StartAsync(TenantSettings settings, string? app = null)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("acme", settings, default);
        var cluster = new GrainCluster(database, tenant!.Id, app);
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    /// <summary>The silo dies without a word, and another takes its place.</summary>
    public async Task CrashAsync()
    {
        await _cluster.KillSiloAsync(_cluster.Primary!);
        await _cluster.DisposeAsync();
        _cluster = Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>A builder serves for one cluster: its ports are given back when that ends.</summary>
    private TestCluster Build()
    {
        var builder = new TestClusterBuilder(1).AddSiloBuilderConfigurator<Silo>();
        builder.Options.ServiceId = builder.Options.ClusterId = Database.Name;
        builder.Properties[DatabaseSetting] = Database.Url;
        builder.Properties[AppSetting] = _app ?? "";
        return builder.Build();
    }

    internal sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var url = siloBuilder.Configuration[DatabaseSetting]!;
            siloBuilder.Services.AddWarehouse(options => options.DatabaseUrl = url);
            siloBuilder.Services.AddSingleton(EncryptionKeys.Parse(EncryptionKeys.Generate()));
            siloBuilder.Services.AddGrains();
            var app = siloBuilder.Configuration[AppSetting];
            siloBuilder.Services.AddMetaGraph(options => options.AppId = string.IsNullOrEmpty(app) ? null : app);
            siloBuilder
                .AddAdoNetGrainStorage(GrainServices.Store, options =>
                    (options.Invariant, options.ConnectionString) = ("Npgsql", DatabaseUrl.ForEngine(url).ConnectionString))
                .UseInMemoryReminderService();
        }
    }
}
