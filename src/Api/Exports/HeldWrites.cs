using System.Buffers;

namespace MetaGrains.Api.Exports;

/// <summary>
/// A stream that is written on without waiting here and there, such as a zip file with its small headers, over one that
/// must not be: those bytes are held until the next write that waits.
/// </summary>
internal sealed class HeldWrites(Stream output) : Stream
{
    private readonly ArrayBufferWriter<byte> _held = new(1024);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => _held.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await SendHeldAsync(cancellationToken);
        await output.WriteAsync(buffer, cancellationToken);
    }

    // Whoever flushes without waiting wants nothing sent that he would have to wait for.
    public override void Flush()
    {
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await SendHeldAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task SendHeldAsync(CancellationToken cancellationToken)
    {
        if (_held.WrittenCount == 0)
            return;
        await output.WriteAsync(_held.WrittenMemory, cancellationToken);
        _held.ResetWrittenCount();
    }
}
