using System.Net;

namespace MetaGrains.Engine.Network;

/// <summary>The gateways of living silos, and which of them owns which partition, if that is known.</summary>
internal sealed record GatewayList(IReadOnlyList<IPEndPoint> Gateways, IReadOnlyList<(int Partition, Route Route)>? Owners = null);

/// <summary>How a client finds silos.</summary>
internal interface IGateways
{
    Task<GatewayList> FindAsync(CancellationToken cancellationToken);
}

/// <summary>Gateways that somebody else names. Who owns what, the silos tell.</summary>
internal sealed class StaticGateways(Func<IReadOnlyList<IPEndPoint>> endpoints) : IGateways
{
    public Task<GatewayList> FindAsync(CancellationToken cancellationToken) => Task.FromResult(new GatewayList(endpoints()));
}
