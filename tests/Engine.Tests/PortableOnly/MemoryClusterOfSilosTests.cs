using MetaGrains.Engine.Tests.Support;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Silos without a database. Orleans ties those of a test to the first of them, which then must not leave.</summary>
public sealed class MemoryClusterOfSilosTests : ClusterTests
{
    public override async Task InitializeAsync()
    {
        Cluster = new TestClusterBuilder(2).AddSiloBuilderConfigurator<MemoryCluster.Silo>().AddSiloBuilderConfigurator<LivelySilo>().Build();
        await base.InitializeAsync();
    }
}
