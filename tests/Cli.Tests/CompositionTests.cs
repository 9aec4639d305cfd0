using MetaGrains.Cli.Hosting;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MetaGrains.Cli.Tests;

public sealed class CompositionTests
{
    private static ServiceCollection Services(string databaseUrl = "postgres://u:p@127.0.0.1:1/db", string apiVersion = "v25.0")
    {
        var services = new ServiceCollection();
        services.AddMetaGrains(databaseUrl, EncryptionKeys.Parse(EncryptionKeys.Generate()), graph => graph.ApiVersion = apiVersion);
        return services;
    }

    [Fact]
    public async Task The_whole_container_resolves()
    {
        var services = Services();
        await using var provider = services.Build();

        var ours = services.Where(service => service.ServiceType.FullName!.StartsWith("MetaGrains.", StringComparison.Ordinal)).ToArray();

        Assert.True(ours.Length > 15, $"only {ours.Length} services of ours are registered");
        Assert.All(ours, service => Assert.NotNull(provider.GetRequiredService(service.ServiceType)));
    }

    [Fact]
    public async Task Registering_twice_registers_nothing_twice()
    {
        var services = Services();
        var once = services.Count(service => service.ServiceType.FullName!.StartsWith("MetaGrains.Warehouse", StringComparison.Ordinal));
        Warehouse.WarehouseServices.AddWarehouse(services, _ => { });

        Assert.Equal(once, services.Count(service => service.ServiceType.FullName!.StartsWith("MetaGrains.Warehouse", StringComparison.Ordinal)));
        await using var provider = services.Build();
    }

    [Fact]
    public async Task A_bad_database_url_is_refused_by_name_when_it_is_first_needed()
    {
        await using var provider = Services(databaseUrl: "nowhere").Build();

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<Npgsql.NpgsqlDataSource>());

        Assert.Contains("METAGRAINS_DATABASE_URL", refused.Message, StringComparison.Ordinal);
    }
}
