using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;
using MetaGrains.Engine.Serialization;
using Microsoft.AspNetCore.Connections;
using Orleans.Serialization;

namespace MetaGrains.Engine.Network;

internal delegate void FrameHandler(FrameKind kind, ReadOnlySpan<byte> payload);

/// <summary>Frames over one connection. Anybody may send at any time; what has piled up is flushed together.</summary>
internal sealed class FrameConnection(SteppedConnection connection, int maxLength) : IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly Channel<WireWriter> _outgoing = Channel.CreateUnbounded<WireWriter>(new UnboundedChannelOptions { SingleReader = true });
    private Task _writing = Task.CompletedTask;

    public string Remote => connection.Remote;

    /// <summary>Starts a frame; the writer is the connection's once it is sent.</summary>
    public static WireWriter Start(FrameKind kind)
    {
        var writer = new WireWriter();
        writer.Int32(0);
        writer.Byte((byte)kind);
        return writer;
    }

    /// <summary>False: the connection is closed and the frame will never leave.</summary>
    public bool Send(WireWriter frame)
    {
        var length = frame.Written.Length - sizeof(int);
        if (length > maxLength)
        {
            frame.Dispose();
            throw new SerializerException($"A message of {length} bytes is longer than MaxMessageBodySize, {maxLength}.");
        }

        BinaryPrimitives.WriteInt32LittleEndian(frame.Patch(0, sizeof(int)), length);
        if (_outgoing.Writer.TryWrite(frame))
            return true;
        frame.Dispose();
        return false;
    }

    public void StartWriting() => _writing = WriteAsync();

    /// <summary>Reads exactly one frame, before <see cref="ReadAsync"/>.</summary>
    public async Task<byte[]> ReadOneAsync(FrameKind wanted, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (TryTake(ref buffer, limit, out var frame))
            {
                var bytes = frame.ToArray();
                connection.Transport.Input.AdvanceTo(buffer.Start);
                return (FrameKind)bytes[0] == wanted ? bytes[1..] : throw new SerializerException($"A {wanted} frame is expected and a {(FrameKind)bytes[0]} came.");
            }

            connection.Transport.Input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                throw new ConnectionResetException("The other end closed the connection during the handshake.");
        }
    }

    /// <summary>Reads until the connection ends.</summary>
    public async Task ReadAsync(FrameHandler handler, CancellationToken cancellationToken)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryTake(ref buffer, maxLength, out var frame))
                Handle(frame, handler);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    /// <summary>Sends what is queued and then nothing more, which the other end sees.</summary>
    public void FinishWriting() => _outgoing.Writer.TryComplete();

    public void Abort(string reason) => connection.Abort(reason);

    /// <summary>Sends what is queued, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        await _writing;
        await connection.DisposeAsync();
    }

    private static void Handle(ReadOnlySequence<byte> frame, FrameHandler handler)
    {
        if (frame.IsSingleSegment)
        {
            handler((FrameKind)frame.FirstSpan[0], frame.FirstSpan[1..]);
            return;
        }

        var length = (int)frame.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            frame.CopyTo(whole);
            handler((FrameKind)whole[0], whole.AsSpan(1, length - 1));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, int limit, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < sizeof(int))
            return false;
        Span<byte> head = stackalloc byte[sizeof(int)];
        buffer.Slice(0, sizeof(int)).CopyTo(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 1 || length > limit)
            throw new SerializerException($"The other end announces a frame of {length} bytes; allowed are 1 to {limit}.");
        if (buffer.Length < sizeof(int) + length)
            return false;
        frame = buffer.Slice(sizeof(int), length);
        buffer = buffer.Slice(sizeof(int) + length);
        return true;
    }

    private async Task WriteAsync()
    {
        var output = connection.Transport.Output;
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync())
            {
                var written = 0;
                while (written < FlushAt && _outgoing.Reader.TryRead(out var frame))
                {
                    using (frame)
                    {
                        output.Write(frame.Written.Span);
                        written += frame.Written.Length;
                    }
                }

                if ((await output.FlushAsync()).IsCompleted)
                    break;
            }
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or OperationCanceledException)
        {
            // The reading side tells about it.
        }

        _outgoing.Writer.TryComplete();
        while (_outgoing.Reader.TryRead(out var unsent))
            unsent.Dispose();
        await output.CompleteAsync();
    }
}
