using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Sets up the silos of a test cluster. Made with its parameterless constructor.</summary>
public interface ISiloConfigurator
{
    void Configure(ISiloBuilder siloBuilder);
}

/// <summary>Sets up the hosts of a test cluster's silos.</summary>
public interface IHostConfigurator
{
    void Configure(IHostBuilder hostBuilder);
}

/// <summary>Sets up the client of a test cluster.</summary>
public interface IClientBuilderConfigurator
{
    void Configure(IConfiguration configuration, IClientBuilder clientBuilder);
}

public class TestClusterOptions
{
    public string ClusterId { get; set; } = TestClusterBuilder.CreateClusterId();

    public string ServiceId { get; set; } = Guid.NewGuid().ToString("N");

    public short InitialSilosCount { get; set; } = 1;

    public bool InitializeClientOnDeploy { get; set; } = true;

    public List<string?> SiloBuilderConfiguratorTypes { get; } = [];

    public List<string?> ClientBuilderConfiguratorTypes { get; } = [];
}
