using System.Collections.Concurrent;
using System.Net;
using MetaGrains.Engine.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Network;

/// <summary>Where clients outside the process connect.</summary>
internal sealed class Gateway(
    IServiceProvider services, SiloDetails silo, ClusterSecret secret, Catalog catalog, IOptions<EndpointOptions> endpoints, IOptions<SiloMessagingOptions> messaging)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<GatewayConnection, Task> _connections = new();
    private IConnectionListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = endpoints.Value;
        var endpoint = options.GatewayListeningEndpoint ?? new IPEndPoint(options.AdvertisedIPAddress, options.GatewayPort);
        if (options.GatewayPort == 0 && options.GatewayListeningEndpoint is null)
            return;
        if (!IPAddress.IsLoopback(endpoint.Address) && !secret.IsSet)
            throw new OrleansConfigurationException($"The gateway would listen on {endpoint} without a secret: set {ClusterSecret.Setting}, or listen on loopback.");
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), services.GetRequiredService<ILoggerFactory>());
        _listener = await transport.BindAsync(endpoint, cancellationToken);
        var port = ((IPEndPoint)_listener.EndPoint).Port;
        silo.GatewayAddress = SiloAddress.New(options.AdvertisedIPAddress, port, silo.SiloAddress.Generation);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Takes no new connections. Open ones stay until the grains have ended.</summary>
    public async Task StopListeningAsync()
    {
        if (_listener is not null)
            await _listener.UnbindAsync();
        await _accepting;
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is null)
            return;
        await StopListeningAsync();
        foreach (var connection in _connections.Keys)
            connection.Close();
        await Task.WhenAll(_connections.Values);
        await _listener.DisposeAsync();
        _listener = null;
    }

    private async Task AcceptAsync(IConnectionListener listener)
    {
        while (true)
        {
            try
            {
                if (await listener.AcceptAsync() is not { } transport)
                    return;
                var connection = new GatewayConnection(transport, silo, secret, catalog, messaging.Value, services.GetRequiredService<GrainClasses>());
                _connections[connection] = ServeAsync(connection);
            }
            catch (Exception exception)
            {
                catalog.Log.LoopFailed(exception);
            }
        }
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
