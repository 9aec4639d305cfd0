using System.Buffers;
using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace MetaGrains.Api.Reads;

/// <summary>
/// The body of a long answer: written in blocks as it is made, compressed where the caller takes that. Nothing leaves
/// before the first block is full or the answer ends, so that what fails until then is answered as a problem; what fails
/// later breaks the connection, since a file that merely ends early would pass for whole.
/// </summary>
internal sealed class ResponseSink(HttpContext context, string contentType, string? fileName) : IAsyncDisposable
{
    private const int Block = 32 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(Block + 8192);
    private Stream? _body;

    /// <summary>Where the answer is written to.</summary>
    public IBufferWriter<byte> Buffer => _buffer;

    /// <summary>Sends what is there when it fills a block; waits while the caller is slow.</summary>
    public ValueTask SendFullAsync(CancellationToken cancellationToken) => _buffer.WrittenCount < Block ? default : new ValueTask(SendAsync(cancellationToken));

    /// <summary>Sends the rest: the answer is whole.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken);
        if (_body is GZipStream compressed)
            await compressed.DisposeAsync();
        _body = null;
    }

    /// <summary>The stream itself, for answers that write it on their own; begins the answer.</summary>
    public Stream Begin()
    {
        if (_body is not null)
            return _body;
        var response = context.Response;
        response.ContentType = contentType;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (fileName is not null)
            response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        if (!TakesGzip(context.Request))
            return _body = response.Body;
        response.Headers.ContentEncoding = "gzip";
        return _body = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // Not ended: closing the compressed stream would write a proper end under an answer that has none.
        _body = null;
        return default;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var body = Begin();
        await body.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList([.. request.Headers.AcceptEncoding.OfType<string>()], out var codings)
        && codings.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);
}
