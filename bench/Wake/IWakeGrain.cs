namespace MetaGrains.Bench.Wake;

/// <summary>Wakes itself once an interval. Key format: <c>acct/{tenant}/act_{number}</c>.</summary>
[Alias("metagrains.bench.IWakeGrain")]
public interface IWakeGrain : IGrainWithStringKey
{
    /// <summary>Registers its reminder.</summary>
    [Alias("Start")]
    Task StartAsync();
}
