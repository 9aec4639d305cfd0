using System.Globalization;
using System.Text;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>One recorded CSV file with the columns that are needed from it.</summary>
internal sealed class RecordedTable
{
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    private RecordedTable(string name) => Name = name;

    /// <summary>The file's name.</summary>
    public string Name { get; }

    public List<RecordedLine> Lines { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="columns">Columns that must be there; others may be.</param>
    /// <exception cref="RecordedDataException">The file is missing or malformed.</exception>
    public static RecordedTable Read(string folder, string name, params string[] columns)
    {
        var table = new RecordedTable(name);
        var records = ReadRecords(folder, name);
        if (records.Count == 0)
            throw new RecordedDataException($"{name} is empty: line 1 must name the columns.");
        var header = records[0].Values;
        for (var place = 0; place < header.Count; place++)
        {
            if (!table._columns.TryAdd(header[place], place))
                throw new RecordedDataException($"{name} line 1: the column {Shown(header[place])} stands there twice.");
        }

        foreach (var column in columns)
        {
            if (!table._columns.ContainsKey(column))
                throw new RecordedDataException($"{name} line 1: the column '{column}' is missing.");
        }

        foreach (var record in records.Skip(1))
        {
            if (record.Values.Count != header.Count)
                throw new RecordedDataException($"{name} line {record.Line}: {record.Values.Count} values for {header.Count} columns.");
            table.Lines.Add(new RecordedLine(table, record));
        }

        return table;
    }

    public int PlaceOf(string column) => _columns[column];

    /// <summary>A value as it may stand in a one-line message.</summary>
    public static string Shown(string value)
    {
        var shown = new StringBuilder("'");
        foreach (var character in value.Length > 40 ? value[..40] + "…" : value)
            shown.Append(char.IsControl(character) ? '?' : character);
        return shown.Append('\'').ToString();
    }

    private static List<CsvRecord> ReadRecords(string folder, string name)
    {
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            // Decoded by hand: File.ReadAllText would take another encoding's mark for an order.
            return CsvReader.ReadAll(strict.GetString(File.ReadAllBytes(Path.Combine(folder, name))));
        }
        catch (FileNotFoundException e)
        {
            throw new RecordedDataException($"{name} is missing in {folder}.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new RecordedDataException($"{name} is not UTF-8 text.", e);
        }
        catch (FormatException e)
        {
            throw new RecordedDataException($"{name} {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordedDataException($"{name} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}

/// <summary>A line of a table; each accessor checks the value and names the place when it is wrong.</summary>
internal sealed class RecordedLine(RecordedTable table, CsvRecord record)
{
    public string Text(string column) => record.Values[table.PlaceOf(column)];

    /// <summary>The value, or null when it is empty.</summary>
    public string? TextOrNull(string column) => Text(column) is { Length: > 0 } text ? text : null;

    public string Required(string column) => TextOrNull(column) ?? throw Wrong(column, "a value is needed, it is empty");

    public long Id(string column) =>
        IdSpace.TryParse(Text(column), out var id) ? id : throw Wrong(column, $"{RecordedTable.Shown(Text(column))} is not an id");

    /// <summary>A whole number that is not negative.</summary>
    public long Count(string column) =>
        long.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw Wrong(column, $"{RecordedTable.Shown(Text(column))} is not a whole number");

    /// <summary>An amount in minor units.</summary>
    public long Minor(string column, Currency currency)
    {
        if (!decimal.TryParse(Text(column), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            throw Wrong(column, $"{RecordedTable.Shown(Text(column))} is not an amount");
        return currency.TryMinor(amount, out var minor)
            ? minor
            : throw Wrong(column, $"{RecordedTable.Shown(Text(column))} is not an amount of {currency.Code} with at most {currency.Decimals} decimals");
    }

    public DateOnly Date(string column) =>
        DateOnly.TryParseExact(Text(column), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Wrong(column, $"{RecordedTable.Shown(Text(column))} is not a date (YYYY-MM-DD)");

    public RecordedDataException Wrong(string column, string what) =>
        new($"{table.Name} line {record.Line} column '{column}': {what}.");
}
