namespace MetaGrains.Cli.Rest;

/// <summary>Counts the rows of an answer while it passes, byte by byte and without keeping any.</summary>
internal abstract class RowCount
{
    /// <summary>Rows so far.</summary>
    public long Rows { get; protected set; }

    public static RowCount OfCsv() => new Csv();

    public static RowCount OfJson() => new Json();

    /// <summary>Looks at the next bytes.</summary>
    public abstract void Take(ReadOnlySpan<byte> bytes);

    // A line end inside quotes is part of a value; the first line is the header.
    private sealed class Csv : RowCount
    {
        private bool _quoted;
        private bool _header = true;

        public override void Take(ReadOnlySpan<byte> bytes)
        {
            foreach (var letter in bytes)
            {
                if (letter == '"')
                    _quoted = !_quoted;
                else if (letter == '\n' && !_quoted)
                    (Rows, _header) = (_header ? 0 : Rows + 1, false);
            }
        }
    }

    // {"data":[{row},…],…}: a row is an object that opens inside the one list.
    private sealed class Json : RowCount
    {
        private const int RowDepth = 2;

        private int _depth;
        private bool _text;
        private bool _escaped;

        public override void Take(ReadOnlySpan<byte> bytes)
        {
            foreach (var letter in bytes)
            {
                if (_text)
                {
                    (_text, _escaped) = (_escaped || letter != '"', !_escaped && letter == '\\');
                    continue;
                }

                if (letter == '{' && _depth == RowDepth)
                    Rows++;
                _text = letter == '"';
                _depth += letter is (byte)'{' or (byte)'[' ? 1 : letter is (byte)'}' or (byte)']' ? -1 : 0;
            }
        }
    }
}
