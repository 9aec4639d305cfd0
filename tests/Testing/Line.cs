using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MetaGrains.Testing;

/// <summary>The network between a process and a server, which a test can cut.</summary>
public sealed class Line : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private volatile bool _isCut;

    private Line(IPEndPoint server, IPAddress at)
    {
        (_server, _listener) = (server, new TcpListener(at, 0));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <param name="host">The server's address.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="at">Where the line can be reached. Default: loopback.</param>
    public static Line To(string host, int port, IPAddress? at = null) => new(new IPEndPoint(IPAddress.Parse(host), port), at ?? IPAddress.Loopback);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection, and takes none until it is mended.</summary>
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
            try
            {
                await server.ConnectAsync(_server);
            }
            catch (SocketException)
            {
                // The server is away; the client learns it when it finds its connection closed.
                return;
            }

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
