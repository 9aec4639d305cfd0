using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>The network between silos and their database, which a test can cut.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private volatile bool _isCut;

    private Line(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static Line To(string host, int port) => new(new IPEndPoint(IPAddress.Parse(host), port));

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync();
                if (_isCut)
                    client.Dispose();
                else
                    _ = JoinAsync(client);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task JoinAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            await server.ConnectAsync(_server);
            client.NoDelay = true;
            _open[client] = _open[server] = 0;
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }

        _open.TryRemove(client, out _);
        _open.TryRemove(server, out _);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            await new NetworkStream(from).CopyToAsync(new NetworkStream(to));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The line is cut, or one end has hung up.
        }
    }
}
