using System.Net;
using System.Net.Sockets;

namespace MetaGrains.Bench.Calls;

/// <summary>
/// The limit: messages with a length in front, over one loopback TCP connection that all callers share, as they share
/// the engine's, and nothing else. This end sends back whole frames, as many at once as have come.
/// </summary>
internal sealed class PlainEcho : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public PlainEcho()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener has been closed.
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            var buffer = new byte[PlainFrame.Length * Load.Callers * 2];
            var filled = 0;
            while (await socket.ReceiveAsync(buffer.AsMemory(filled)) is var more and > 0)
            {
                filled += more;
                var whole = PlainFrame.Whole(buffer.AsSpan(0, filled));
                await socket.SendAsync(buffer.AsMemory(0, whole));
                buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
                filled -= whole;
            }
        }
    }
}
