namespace Orleans.Runtime;

/// <summary>Key 0. Answers about the cluster, not about grains' own state.</summary>
[Alias("Orleans.Runtime.IManagementGrain")]
public interface IManagementGrain : IGrainWithIntegerKey
{
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>How many activations of each grain class each silo holds.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

    Task<int> GetTotalActivationCount();
}

public enum SiloStatus
{
    None = 0,
    Created = 1,
    Joining = 2,
    Active = 3,
    ShuttingDown = 4,
    Stopping = 5,
    Dead = 6,
}

[GenerateSerializer, Alias("Orleans.Runtime.SimpleGrainStatistic")]
public class SimpleGrainStatistic
{
    /// <summary>The full name of the grain class.</summary>
    [Id(0)]
    public string GrainType { get; set; } = "";

    [Id(1)]
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    [Id(2)]
    public int ActivationCount { get; set; }
}

/// <summary>The silo that this process hosts.</summary>
public interface ILocalSiloDetails
{
    string Name { get; }

    string ClusterId { get; }

    string DnsHostName { get; }

    SiloAddress SiloAddress { get; }

    SiloAddress GatewayAddress { get; }
}
