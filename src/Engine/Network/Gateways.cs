using System.Net;

namespace MetaGrains.Engine.Network;

/// <summary>How a client finds silos.</summary>
internal interface IGateways
{
    Task<IReadOnlyList<IPEndPoint>> FindAsync(CancellationToken cancellationToken);
}

/// <summary>Gateways that are known beforehand.</summary>
internal sealed class StaticGateways(IReadOnlyList<IPEndPoint> endpoints) : IGateways
{
    public Task<IReadOnlyList<IPEndPoint>> FindAsync(CancellationToken cancellationToken) => Task.FromResult(endpoints);
}
