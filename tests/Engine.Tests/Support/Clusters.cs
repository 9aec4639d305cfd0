using MetaGrains.Testing;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests.Support;

/// <summary>A cluster of one silo that keeps everything in memory; the tests of a collection share it.</summary>
public sealed class MemoryCluster : IAsyncLifetime
{
    internal const string Name = "memory cluster";

    public TestCluster Cluster { get; } = new TestClusterBuilder(1).AddSiloBuilderConfigurator<Silo>().Build();

    internal IGrainFactory Grains => Cluster.GrainFactory;

    public Task InitializeAsync() => Cluster.DeployAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    internal sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder
            .AddMemoryGrainStorageAsDefault()
            .AddMemoryGrainStorage("other")
            .UseInMemoryReminderService()
            .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50))
            .Configure<GrainCollectionOptions>(options => (options.CollectionAge, options.CollectionQuantum) = (TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)));
    }
}

[CollectionDefinition(MemoryCluster.Name)]
public sealed class MemoryClusterTests : ICollectionFixture<MemoryCluster>;

/// <summary>A cluster of one silo on a database of its own.</summary>
public sealed class DatabaseCluster : IAsyncLifetime
{
    internal const string Name = "database cluster";
    internal const string Setting = "test:database";

    public TestDatabase Database { get; private set; } = null!;

    public TestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await (await TestPostgres.SharedAsync()).CreateAsync();
        Cluster = Builder(Database).Build();
        await Cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Database.DisposeAsync();
    }

    internal static string ConnectionString(TestDatabase database)
    {
        var url = new Uri(database.Url);
        var user = url.UserInfo.Split(':');
        return new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = database.Name,
            SearchPath = "engine,public",
            MaxPoolSize = 10,
        }.ConnectionString;
    }

    internal static TestClusterBuilder Builder(TestDatabase database, short silos = 1)
    {
        var builder = new TestClusterBuilder(silos).AddSiloBuilderConfigurator<Silo>().AddClientBuilderConfigurator<Client>();
        builder.Properties[Setting] = ConnectionString(database);
        return builder;
    }

    internal sealed class Client : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", configuration[Setting]!));
    }

    internal sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var database = siloBuilder.Configuration[Setting];
            siloBuilder
                .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
                .AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
                .AddAdoNetGrainStorage("other", options => (options.Invariant, options.ConnectionString, options.DeleteStateOnClear) = ("Npgsql", database, true))
                .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", database))
                .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50));
        }
    }
}

[CollectionDefinition(DatabaseCluster.Name)]
public sealed class DatabaseClusterTests : ICollectionFixture<DatabaseCluster>;
