using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Orleans sends only exceptions that it was told of; of others not even the message arrives.</summary>
[Collection(MemoryCluster.Name)]
public sealed class ExceptionTests(MemoryCluster cluster)
{
    [Fact]
    public async Task An_exception_that_cannot_be_rebuilt_keeps_its_message()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.GetGrain<IWorker>($"worker/{Guid.NewGuid():N}").FailWithStrangeException());

        Assert.Contains("number 42", exception.ToString());
    }
}
