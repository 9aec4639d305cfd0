using System.Text;

namespace MetaGrains.GraphSimulator.Recorded;

/// <summary>One record of a CSV file and the line it begins on, counted from 1.</summary>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Values);

/// <summary>
/// Reads comma-separated values as RFC 4180 defines them: fields may be quoted, a quoted field may hold commas, line
/// ends and doubled quotes, records end with CR LF or LF. What the RFC does not allow is refused, not guessed at.
/// </summary>
internal sealed class CsvReader(string text)
{
    private readonly StringBuilder _field = new();
    private int _at;
    private int _line = 1;

    /// <summary>All records. A line end after the last record is optional.</summary>
    /// <exception cref="FormatException">The text is not CSV; the message begins with <c>line N:</c>.</exception>
    public static List<CsvRecord> ReadAll(string text)
    {
        var reader = new CsvReader(text.StartsWith('\uFEFF') ? text[1..] : text);
        var records = new List<CsvRecord>();
        while (reader.Read() is { } record)
            records.Add(record);
        return records;
    }

    private CsvRecord? Read()
    {
        if (_at == text.Length)
            return null;
        var line = _line;
        var values = new List<string>();
        do
            values.Add(ReadField());
        while (SkipComma());
        return new CsvRecord(line, values);
    }

    private string ReadField()
    {
        if (_at < text.Length && text[_at] == '"')
            return ReadQuoted();
        var start = _at;
        while (_at < text.Length && text[_at] is not (',' or '\r' or '\n'))
        {
            if (text[_at] == '"')
                throw new FormatException($"line {_line}: a quote stands inside a field that does not begin with one");
            _at++;
        }

        return text[start.._at];
    }

    private string ReadQuoted()
    {
        var line = _line;
        _field.Clear();
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == '\n')
                _line++;
            if (text[_at] != '"')
            {
                _field.Append(text[_at]);
                continue;
            }

            _at++;
            if (_at < text.Length && text[_at] == '"')
            {
                _field.Append('"');
                continue;
            }

            if (_at < text.Length && text[_at] is not (',' or '\r' or '\n'))
                throw new FormatException($"line {_line}: text follows the closing quote of a field");
            return _field.ToString();
        }

        throw new FormatException($"line {line}: a quoted field is never closed");
    }

    // True when another field of the same record follows.
    private bool SkipComma()
    {
        if (_at == text.Length)
            return false;
        if (text[_at] == ',')
        {
            _at++;
            return true;
        }

        if (text[_at] == '\r')
        {
            _at++;
            if (_at == text.Length || text[_at] != '\n')
                throw new FormatException($"line {_line}: a carriage return without a line feed");
        }

        _at++;
        _line++;
        return false;
    }
}
