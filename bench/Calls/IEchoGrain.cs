namespace MetaGrains.Bench.Calls;

/// <summary>Gives back what it gets. Key format: any text.</summary>
[Alias("metagrains.bench.IEchoGrain")]
public interface IEchoGrain : IGrainWithStringKey
{
    [Alias("Echo")]
    ValueTask<byte[]> EchoAsync(byte[] message);
}

[GrainType("metagrains.bench.echo")]
public sealed class EchoGrain : Grain, IEchoGrain
{
    public ValueTask<byte[]> EchoAsync(byte[] message) => new(message);
}
