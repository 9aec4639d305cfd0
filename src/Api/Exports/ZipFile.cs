using System.IO.Compression;

namespace MetaGrains.Api.Exports;

/// <summary>Writes a zip file as a stream, one entry after the other.</summary>
internal static class ZipFile
{
    /// <summary>Lets somebody write the entries; when that fails, the file gets no directory and no reader takes it for whole.</summary>
    public static async Task WriteAsync(
        Stream output, Func<Func<string, CancellationToken, Task<Stream>>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        await using var held = new HeldWrites(output);
        var archive = await ZipArchive.CreateAsync(held, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await write((name, token) => archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(token), cancellationToken);
        await archive.DisposeAsync();
        await held.FlushAsync(cancellationToken);
    }
}
