using MetaGrains.Cli.Hosting;

namespace MetaGrains.Cli.Tests.Support;

/// <summary>A folder that a checkout may keep its state in; removed at the end.</summary>
internal sealed class EmptyCheckout : IDisposable
{
    public EmptyCheckout() => Path = Directory.CreateTempSubdirectory("mg-cli-").FullName;

    public string Path { get; }

    public Checkout Checkout => new(Path, HasSources: false);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
