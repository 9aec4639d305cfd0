using Npgsql;

namespace MetaGrains.Warehouse.Reads;

/// <summary>Rows as they come from the server, one at a time.</summary>
public sealed class TenantRows : IAsyncDisposable
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlDataReader _reader;
    private readonly TenantQuery _query;
    private bool _ended;

    internal TenantRows(NpgsqlCommand command, NpgsqlDataReader reader, TenantQuery query) => (_command, _reader, _query) = (command, reader, query);

    /// <summary>Goes to the next row.</summary>
    /// <returns>False when there is none.</returns>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        _ended = !await _reader.ReadAsync(cancellationToken);
        return !_ended;
    }

    /// <summary>A cell of the row, in the text form of its kind; null where it is null.</summary>
    public string? Cell(int column) => CellText.Read(_reader, column, _query.Columns[column].Kind);

    /// <summary>Where the row stands; <see cref="TenantQuery.PlaceOf"/> reads it.</summary>
    public string Place() => string.Join('/', _query.Keys.Select((key, index) => CellText.Read(_reader, _query.Columns.Count + index, key.Kind)));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Disposing a reader reads what is left: of a million rows that nobody waits for, that would be all of them.
        if (!_ended)
            _command.Cancel();
        try
        {
            await _reader.DisposeAsync();
        }
        catch (NpgsqlException) when (!_ended)
        {
            // The answer to our own cancellation, or of a connection that is gone and was the reason to stop.
        }

        await _command.DisposeAsync();
    }
}
