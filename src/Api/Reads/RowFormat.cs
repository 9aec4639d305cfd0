using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MetaGrains.Warehouse.Reads;

namespace MetaGrains.Api.Reads;

/// <summary>Writes the rows of a table into a buffer, one after the other.</summary>
internal interface IRowFormat
{
    /// <summary>What stands before the rows.</summary>
    void Begin(IReadOnlyList<ReadColumn> columns);

    /// <summary>A row.</summary>
    void Row(TenantRows row);
}

/// <summary>RFC 4180 with a header. Null is an empty field; an empty text is a quoted one.</summary>
internal sealed class CsvFormat(IBufferWriter<byte> output) : IRowFormat
{
    public const string MediaType = "text/csv; charset=utf-8; header=present";

    private static readonly SearchValues<char> Special = SearchValues.Create("\",\r\n");

    private int _columns;

    public void Begin(IReadOnlyList<ReadColumn> columns)
    {
        _columns = columns.Count;
        for (var index = 0; index < columns.Count; index++)
            Field(index, columns[index].Name);
        output.Write("\r\n"u8);
    }

    public void Row(TenantRows row)
    {
        for (var index = 0; index < _columns; index++)
            Field(index, row.Cell(index));
        output.Write("\r\n"u8);
    }

    private void Field(int index, string? text)
    {
        if (index > 0)
            output.Write(","u8);
        if (text is null)
            return;
        var quoted = text.Length == 0 || text.AsSpan().ContainsAny(Special);
        Encoding.UTF8.GetBytes(quoted ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text, output);
    }
}

/// <summary>JSON objects. Numbers stand as PostgreSQL prints them.</summary>
internal sealed class JsonFormat : IRowFormat, IDisposable
{
    public const string MediaType = "application/json; charset=utf-8";

    private readonly Utf8JsonWriter _json;
    private IReadOnlyList<ReadColumn> _columns = [];
    private JsonEncodedText[] _names = [];

    public JsonFormat(IBufferWriter<byte> output) =>
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Begin(IReadOnlyList<ReadColumn> columns)
    {
        _columns = columns;
        _names = [.. columns.Select(column => JsonEncodedText.Encode(column.Name))];
    }

    public void Open() => _json.WriteStartObject();

    public void BeginList(string name, IReadOnlyList<ReadColumn> columns)
    {
        Begin(columns);
        _json.WriteStartArray(name);
        _json.Flush();
    }

    public void EndList() => _json.WriteEndArray();

    public void Text(string name, string? text) => _json.WriteString(name, text);

    public void Close()
    {
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Row(TenantRows row)
    {
        _json.WriteStartObject();
        for (var index = 0; index < _columns.Count; index++)
        {
            _json.WritePropertyName(_names[index]);
            var cell = row.Cell(index);
            if (cell is null)
                _json.WriteNullValue();
            else if (_columns[index].Kind is CellKind.Number or CellKind.Flag or CellKind.Json)
                _json.WriteRawValue(cell, skipInputValidation: true);
            else
                _json.WriteStringValue(cell);
        }

        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();
}
