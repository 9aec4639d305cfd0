using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>A binary COPY whose rows are bytes already. It counts only when completed: whatever breaks before leaves nothing.</summary>
internal sealed class CopyStream : IAsyncDisposable
{
    private readonly NpgsqlRawCopyStream _stream;
    private bool _completed;

    private CopyStream(NpgsqlRawCopyStream stream) => _stream = stream;

    public static async Task<CopyStream> BeginAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var copy = new CopyStream(await connection.BeginRawBinaryCopyAsync(sql, cancellationToken));
        copy._stream.Write(CopyEncoder.Header);
        return copy;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> rows, CancellationToken cancellationToken) => _stream.WriteAsync(rows, cancellationToken);

    /// <summary>Ends it, and learns what PostgreSQL says to it.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        _stream.Write(CopyEncoder.Trailer);
        await _stream.FlushAsync(cancellationToken);
        _completed = true;
        await _stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_completed)
                await _stream.CancelAsync();
            await _stream.DisposeAsync();
        }
        catch (Exception) when (!_completed)
        {
            // The connection is gone. What broke the COPY is on its way to the caller already.
        }
    }
}
