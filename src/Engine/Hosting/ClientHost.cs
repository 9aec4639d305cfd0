using MetaGrains.Engine.Network;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Engine.Hosting;

/// <summary>Starts and stops a client.</summary>
internal sealed class ClientHost(RemoteCaller caller) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => caller.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => caller.StopAsync();
}
