using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Rest;

/// <summary>
/// Writes an answer into a file as it comes, however long it is. The file gets its name when the answer is whole;
/// until then it is <c>FILE.part</c>, so that nobody takes a part for the whole.
/// </summary>
internal sealed class Download(Terminal terminal, TimeProvider clock)
{
    /// <summary>Standard output.</summary>
    public const string StandardOutput = "-";

    private const int Block = 64 * 1024;

    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(5);

    /// <summary>Writes the answer to a file, or to standard output.</summary>
    /// <param name="answer">The answer, of which nothing is read yet.</param>
    /// <param name="file">The file, or <see cref="StandardOutput"/>.</param>
    /// <param name="rows">Counts its rows; null where it has none.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="CliException">The answer broke off, or the file cannot be written.</exception>
    public async Task<long> WriteAsync(HttpResponseMessage answer, string file, RowCount? rows, CancellationToken cancellationToken)
    {
        if (file == StandardOutput)
        {
            await using var output = Console.OpenStandardOutput();
            return await CopyAsync(answer, output, rows, cancellationToken);
        }

        var part = file + ".part";
        try
        {
            long done;
            await using (var output = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.Read, Block, useAsync: true))
                done = await CopyAsync(answer, output, rows, cancellationToken);
            File.Move(part, file, overwrite: true);
            return done;
        }
        catch (Exception failed)
        {
            File.Delete(part);
            if (failed is DirectoryNotFoundException or UnauthorizedAccessException)
                throw CliException.BadInput($"{file} cannot be written: {failed.Message}", failed);
            throw;
        }
    }

    private async Task<long> CopyAsync(HttpResponseMessage answer, Stream output, RowCount? rows, CancellationToken cancellationToken)
    {
        await using var input = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Block];
        var (bytes, told) = (0L, clock.GetTimestamp());
        for (int read; (read = await ReadAsync(input, buffer, bytes, cancellationToken)) > 0;)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            bytes += read;
            rows?.Take(buffer.AsSpan(0, read));
            if (clock.GetElapsedTime(told) < Tell)
                continue;
            told = clock.GetTimestamp();
            terminal.Progress($"{(rows is null ? "" : $"{rows.Rows:N0} rows, ")}{bytes / 1024:N0} KiB so far");
        }

        await output.FlushAsync(cancellationToken);
        return bytes;
    }

    private static async Task<int> ReadAsync(Stream input, byte[] buffer, long bytes, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception broken) when (broken is HttpIOException or IOException or HttpRequestException)
        {
            throw CliException.Unavailable($"The answer broke off after {bytes:N0} bytes; nothing of it was kept. Try again, or ask for fewer days.", broken);
        }
    }
}
