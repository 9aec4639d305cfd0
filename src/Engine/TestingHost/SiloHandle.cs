using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

/// <summary>A silo of a test cluster.</summary>
public abstract class SiloHandle : IDisposable, IAsyncDisposable
{
    public TestClusterOptions? ClusterOptions { get; set; }

    public string Name { get; set; } = "";

    public short InstanceNumber { get; set; }

    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    public SiloAddress GatewayAddress { get; set; } = SiloAddress.Zero;

    public abstract bool IsActive { get; }

    /// <summary>Not gracefully: what runs is cut off.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    public abstract Task StopSiloAsync(CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public override string ToString() => $"{Name} {SiloAddress}";
}

/// <summary>A silo in the process of the test.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _stopped;

    public IHost SiloHost { get; init; } = null!;

    public IServiceProvider ServiceProvider => SiloHost.Services;

    public override bool IsActive => !_stopped;

    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (stopGracefully)
        {
            await StopSiloAsync(CancellationToken.None);
            return;
        }

        if (_stopped)
            return;
        _stopped = true;
        await ServiceProvider.GetRequiredService<MetaGrains.Engine.Hosting.SiloHost>().KillAsync();
        // What else the host runs would have died, too.
        await StopHostAsync(new CancellationToken(canceled: true));
    }

    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (_stopped)
            return;
        _stopped = true;
        await StopHostAsync(ct);
    }

    private async Task StopHostAsync(CancellationToken ct)
    {
        try
        {
            await SiloHost.StopAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host tells that it did not stop gracefully, which was asked for.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopSiloAsync(stopGracefully: true);
        await ((IAsyncDisposable)SiloHost).DisposeAsync();
    }

    internal static InProcessSiloHandle Of(IHost host, TestClusterOptions options, int number)
    {
        var details = host.Services.GetRequiredService<ILocalSiloDetails>();
        return new InProcessSiloHandle
        {
            SiloHost = host,
            ClusterOptions = options,
            InstanceNumber = (short)number,
            Name = details.Name,
            SiloAddress = details.SiloAddress,
            GatewayAddress = details.GatewayAddress,
        };
    }
}
