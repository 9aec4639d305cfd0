using System.IO.Pipelines;
using System.Net.Security;

namespace MetaGrains.Tls;

/// <summary>What the engine reads and writes in place of the transport.</summary>
internal sealed class TlsPipe(SslStream tls, IDuplexPipe transport) : IDuplexPipe
{
    // A record of TLS holds 16 KiB.
    private const int BufferSize = 16 * 1024;

    public PipeReader Input { get; } = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true));

    public PipeWriter Output { get; } = new Writer(PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)), transport.Output);

    /// <summary>Who has written all that he has to say ends the connection, with TLS as without.</summary>
    private sealed class Writer(PipeWriter tls, PipeWriter transport) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => tls.CanGetUnflushedBytes;

        public override long UnflushedBytes => tls.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => tls.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => tls.GetSpan(sizeHint);

        public override void Advance(int bytes) => tls.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => tls.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => tls.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            tls.Complete(exception);
            transport.Complete(exception);
        }

        public override async ValueTask CompleteAsync(Exception? exception = null)
        {
            try
            {
                await tls.CompleteAsync(exception);
            }
            finally
            {
                await transport.CompleteAsync(exception);
            }
        }
    }
}
