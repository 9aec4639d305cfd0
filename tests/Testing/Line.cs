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
    private readonly MemoryStream _heard = new();
    private readonly bool _isTapped;
    private volatile bool _isCut;

    // A server's port of 0 is the line's own.
    private Line(IPEndPoint server, IPAddress at, bool isTapped)
    {
        (_isTapped, _listener) = (isTapped, new TcpListener(at, 0));
        _listener.Start();
        _server = new IPEndPoint(server.Address, server.Port == 0 ? Port : server.Port);
        _accepting = AcceptAsync();
    }

    /// <param name="host">The server's address.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="at">Where the line can be reached. Default: loopback.</param>
    /// <param name="tapped">Whether what passes is kept.</param>
    public static Line To(string host, int port, IPAddress? at = null, bool tapped = false) =>
        new(new IPEndPoint(IPAddress.Parse(host), port), at ?? IPAddress.Loopback, tapped);

    /// <summary>A line to the same port of another address, for a server that advertises the line as itself.</summary>
    public static Line InPlaceOf(IPAddress server) => new(new IPEndPoint(server, 0), IPAddress.Loopback, isTapped: true);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks every connection, and takes none until it is mended.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    /// <summary>All bytes that have passed a line that is tapped, of both directions.</summary>
    public byte[] Heard()
    {
        lock (_heard)
            return _heard.ToArray();
    }

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

    private void Hear(ReadOnlySpan<byte> bytes)
    {
        lock (_heard)
            _heard.Write(bytes);
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (_isTapped)
                    Hear(buffer.AsSpan(0, count));
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The line is cut, or one end has hung up.
        }
    }
}
