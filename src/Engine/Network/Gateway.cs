using System.Collections.Concurrent;
using System.Net;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Network;

/// <summary>Where clients outside the process connect, and, at an address of its own, the other silos.</summary>
internal sealed class Gateway(IServiceProvider services, SiloDetails silo, LinkOptions options, Catalog catalog, ClusterMap map, IOptions<EndpointOptions> endpoints, IOptions<SiloConnectionOptions> steps)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<GatewayConnection, Task> _connections = new();
    private readonly List<(IConnectionListener Listener, bool ForSilos, Task Accepting)> _doors = [];

    /// <summary>Occupies the addresses, so that they are final; nobody is let in yet.</summary>
    public async Task BindAsync(bool forSilos, CancellationToken cancellationToken)
    {
        var (wanted, generation) = (endpoints.Value, silo.SiloAddress.Generation);
        if (forSilos)
        {
            var port = await BindAsync(wanted.SiloListeningEndpoint ?? new(wanted.AdvertisedIPAddress, wanted.SiloPort), true, cancellationToken);
            silo.SiloAddress = SiloAddress.New(wanted.AdvertisedIPAddress, port, generation);
        }

        if (wanted.GatewayPort == 0 && wanted.GatewayListeningEndpoint is null)
            return;
        var gateway = await BindAsync(wanted.GatewayListeningEndpoint ?? new(wanted.AdvertisedIPAddress, wanted.GatewayPort), false, cancellationToken);
        silo.GatewayAddress = SiloAddress.New(wanted.AdvertisedIPAddress, gateway, generation);
    }

    public void Open()
    {
        for (var i = 0; i < _doors.Count; i++)
            _doors[i] = _doors[i] with { Accepting = AcceptAsync(_doors[i].Listener, _doors[i].ForSilos) };
    }

    /// <summary>Takes no new connections, and asks those there are to end when they have their answers.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await StopListeningAsync();
        foreach (var connection in _connections.Keys)
            connection.SayLeaving();
        await Task.WhenAll(_connections.Values).WaitAsync(Frame.LeavingTimeout, catalog.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        foreach (var connection in _connections.Keys)
            connection.Close();
        await Task.WhenAll(_connections.Values);
        foreach (var door in _doors)
            await door.Listener.DisposeAsync();
        _doors.Clear();
    }

    private async Task StopListeningAsync()
    {
        foreach (var (listener, _, accepting) in _doors)
        {
            await listener.UnbindAsync();
            await accepting;
        }
    }

    private async Task<int> BindAsync(IPEndPoint endpoint, bool forSilos, CancellationToken cancellationToken)
    {
        if (!IPAddress.IsLoopback(endpoint.Address) && !options.Secret.IsSet)
            throw new OrleansConfigurationException($"The {(forSilos ? "silo" : "gateway")} would listen on {endpoint} without a secret: set {ClusterSecret.Setting}, or listen on loopback.");
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), services.GetRequiredService<ILoggerFactory>());
        var listener = await transport.BindAsync(endpoint, cancellationToken);
        _doors.Add((listener, forSilos, Task.CompletedTask));
        return ((IPEndPoint)listener.EndPoint).Port;
    }

    private async Task AcceptAsync(IConnectionListener listener, bool forSilos)
    {
        while (true)
        {
            try
            {
                if (await listener.AcceptAsync() is not { } transport)
                    return;
                var passed = forSilos ? steps.Value.SiloInbound : steps.Value.GatewayInbound;
                var connection = new GatewayConnection(
                    token => SteppedConnection.PassAsync(transport, passed, services, token), silo, options, catalog, services.GetRequiredService<GrainClasses>(), grain => OwnerOf(grain, forSilos));
                _connections[connection] = ServeAsync(connection);
            }
            catch (Exception exception)
            {
                catalog.Log.LoopFailed(exception);
            }
        }
    }

    // Silos and clients reach an owner at different addresses. One that does not take calls is not worth a second try.
    private Route OwnerOf(GrainId grain, bool forSilos)
    {
        var view = map.View;
        var row = view.Partitions.Length == 0 ? default : view.Partitions[ReminderTimes.PartitionOf(grain)];
        var owner = silo.SiloAddress.Equals(row.Owner) ? null : view.Find(row.Owner);
        return new Route(forSilos ? owner?.Silo.Endpoint : owner?.Gateway, row.Epoch);
    }

    private async Task ServeAsync(GatewayConnection connection)
    {
        await Task.Yield();
        EngineTelemetry.Connections.Add(1);
        await connection.RunAsync();
        EngineTelemetry.Connections.Add(-1);
        _connections.TryRemove(connection, out _);
    }
}
