using Microsoft.Extensions.Configuration;

namespace Orleans.TestingHost;

/// <summary>Sets up a <see cref="TestCluster"/>.</summary>
public class TestClusterBuilder
{
    private readonly List<Action<IConfigurationBuilder>> _configuration = [];

    public TestClusterBuilder()
        : this(2)
    {
    }

    public TestClusterBuilder(short initialSilosCount) => Options.InitialSilosCount = initialSilosCount;

    public TestClusterOptions Options { get; } = new();

    /// <summary>Settings that silos and client see in their configuration.</summary>
    public Dictionary<string, string?> Properties { get; } = [];

    public static string CreateClusterId() => $"testcluster-{Guid.NewGuid():N}";

    public TestClusterBuilder AddSiloBuilderConfigurator<T>() where T : new()
    {
        if (!typeof(ISiloConfigurator).IsAssignableFrom(typeof(T)) && !typeof(IHostConfigurator).IsAssignableFrom(typeof(T)))
            throw new ArgumentException($"{typeof(T)} must implement ISiloConfigurator or IHostConfigurator.");
        Options.SiloBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    public TestClusterBuilder AddClientBuilderConfigurator<T>() where T : new()
    {
        if (!typeof(IClientBuilderConfigurator).IsAssignableFrom(typeof(T)) && !typeof(IHostConfigurator).IsAssignableFrom(typeof(T)))
            throw new ArgumentException($"{typeof(T)} must implement IClientBuilderConfigurator or IHostConfigurator.");
        Options.ClientBuilderConfiguratorTypes.Add(typeof(T).AssemblyQualifiedName);
        return this;
    }

    public TestClusterBuilder ConfigureHostConfiguration(Action<IConfigurationBuilder> configureDelegate)
    {
        _configuration.Add(configureDelegate);
        return this;
    }

    public TestCluster Build()
    {
        var configuration = new ConfigurationBuilder();
        configuration.AddInMemoryCollection(Properties);
        foreach (var configure in _configuration)
            configure(configuration);
        return new TestCluster(Options, [.. configuration.Sources]);
    }
}
