using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>A finished answer.</summary>
/// <param name="CutAfter">Cut the connection after this many bytes of the body; null to send all of it.</param>
internal sealed record GraphReply(int Status, ReadOnlyMemory<byte> Body, int? CutAfter = null)
{
    private const int WorthCompressing = 1_400;

    /// <summary>How long the answer is held back.</summary>
    public TimeSpan Delay { get; init; }

    public string ContentType { get; init; } = "application/json; charset=UTF-8";

    /// <param name="waits">The clock that an answer is held back by.</param>
    public async Task SendAsync(HttpContext http, TimeProvider waits)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        var aborted = http.RequestAborted;
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, waits, aborted);
        if (CutAfter is { } cut)
        {
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body[..cut], aborted);
            await response.Body.FlushAsync(aborted);
            http.Abort();
            return;
        }

        var body = Body;
        if (body.Length > WorthCompressing && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            body = Compress(body.Span);
            response.Headers[HeaderNames.ContentEncoding] = "gzip";
        }

        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, aborted);
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> body)
    {
        var target = new MemoryStream(body.Length / 4);
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
