using System.Net;
using System.Net.Sockets;

namespace MetaGrains.Bench.Calls;

/// <summary>The callers' end of <see cref="PlainEcho"/>. Frames that are asked for while one send is under way go out together.</summary>
internal sealed class PlainCallers : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource[] _answers = new TaskCompletionSource[Load.Callers];
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly Lock _gate = new();
    private byte[] _next = new byte[PlainFrame.Length * Load.Callers];
    private byte[] _sending = new byte[PlainFrame.Length * Load.Callers];
    private int _filled;

    public static async Task<PlainCallers> ConnectAsync(int port)
    {
        var callers = new PlainCallers();
        await callers._socket.ConnectAsync(IPAddress.Loopback, port);
        _ = callers.SendAsync();
        _ = callers.ReceiveAsync();
        return callers;
    }

    /// <summary>One call of a caller, who has no other under way.</summary>
    public Task CallAsync(int caller)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[caller] = answer;
        lock (_gate)
        {
            PlainFrame.Write(_next.AsSpan(_filled), caller);
            _filled += PlainFrame.Length;
            if (_filled == PlainFrame.Length)
                _asked.Release();
        }

        return answer.Task;
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync()
    {
        while (true)
        {
            await _asked.WaitAsync();
            // Those who were answered together ask together: their frames go out in one send.
            await Task.Yield();
            int length;
            lock (_gate)
            {
                (_next, _sending, length, _filled) = (_sending, _next, _filled, 0);
            }

            await _socket.SendAsync(_sending.AsMemory(0, length));
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[PlainFrame.Length * Load.Callers * 2];
        var filled = 0;
        while (await _socket.ReceiveAsync(buffer.AsMemory(filled)) is var more and > 0)
        {
            filled += more;
            var whole = PlainFrame.Whole(buffer.AsSpan(0, filled));
            for (var at = 0; at < whole; at += PlainFrame.Length)
                _answers[PlainFrame.Caller(buffer.AsSpan(at))].SetResult();
            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            filled -= whole;
        }
    }
}
