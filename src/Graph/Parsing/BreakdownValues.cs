using System.Buffers;
using System.Text;
using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// The breakdown values of one row, in the names' ordinal order: as the key <c>age=25-34,gender=male</c>, where
/// <c>,</c> <c>=</c> and <c>\</c> of a value are escaped with a backslash, and as a JSON object. A value that Meta
/// leaves out, as it does with hours without impressions, is empty.
/// </summary>
internal sealed class BreakdownValues
{
    private static readonly SearchValues<byte> Separators = SearchValues.Create(",=\\"u8);

    // Beyond so many, as with a breakdown by product, they are numbered anew.
    private const int MaxCombinations = 16 * 1024;

    private readonly byte[][] _names;
    private readonly (int Start, int Length)[] _values;
    private readonly ByteScratch _text = new(256);
    private readonly ByteScratch _joined = new(256);
    private readonly ByteScratch _key = new(256);
    private readonly ByteScratch _json = new(256);

    private NameTable _known = new();
    private (string Key, ReadOnlyMemory<byte> Json)[] _written = new (string, ReadOnlyMemory<byte>)[64];
    private int _count;

    public BreakdownValues(IReadOnlyList<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _values = new (int, int)[_names.Length];
    }

    /// <summary>Whether the report has none.</summary>
    public bool IsEmpty => _names.Length == 0;

    /// <summary>Forgets the last row.</summary>
    public void Reset()
    {
        _text.Clear();
        Array.Clear(_values);
    }

    /// <summary>Takes the value that the reader stands on.</summary>
    /// <returns>False when the data ends inside it.</returns>
    public bool TryRead(ref JsonCursor reader, JsonTokens tokens, int index)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.StartObject:
                return TryReadAsset(ref reader, tokens, index);
            case JsonTokenType.True:
                Set(index, "true"u8);
                return true;
            case JsonTokenType.False:
                Set(index, "false"u8);
                return true;
            default:
                Set(index, tokens.Scalar(ref reader, "A breakdown value"));
                return true;
        }
    }

    /// <summary>The key, and the values as a JSON object. Rows share few combinations, so each is written once.</summary>
    public (string Key, ReadOnlyMemory<byte> Json) Write()
    {
        if (_known.Count >= MaxCombinations)
            (_known, _count) = (new NameTable(), 0);
        _joined.Clear();
        for (var index = 0; index < _names.Length; index++)
        {
            _joined.Append(Value(index));
            // No text of JSON holds this byte, so no two combinations look the same.
            _joined.Append(0xFF);
        }

        var known = _known.FindOrAdd(_joined.Written);
        if (known >= _written.Length)
            Array.Resize(ref _written, known * 2);
        if (known == _known.Count - 1 && known >= _count)
        {
            _written[known] = (Encoding.UTF8.GetString(Key()), Json().ToArray());
            _count = known + 1;
        }

        return _written[known];
    }

    private ReadOnlySpan<byte> Key()
    {
        _key.Clear();
        for (var index = 0; index < _names.Length; index++)
        {
            if (index > 0)
                _key.Append((byte)',');
            _key.Append(_names[index]);
            _key.Append((byte)'=');
            _key.AppendMarked(Value(index), Separators);
        }

        return _key.Written;
    }

    private ReadOnlySpan<byte> Json()
    {
        _json.Clear();
        for (var index = 0; index < _names.Length; index++)
        {
            _json.Append(index == 0 ? (byte)'{' : (byte)',');
            _json.AppendQuoted(_names[index]);
            _json.Append((byte)':');
            _json.AppendQuoted(Value(index));
        }

        _json.Append((byte)'}');
        return _json.Written;
    }

    // Asset breakdowns (image_asset, body_asset …) are objects; their id is what identifies them.
    private bool TryReadAsset(ref JsonCursor reader, JsonTokens tokens, int index)
    {
        var found = false;
        while (true)
        {
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.EndObject)
                return found ? true : throw new InvalidAnswerException("A breakdown value is an object without an id.");
            var isId = tokens.Text(ref reader).SequenceEqual("id"u8);
            if (!reader.Read())
                return false;
            if (isId)
            {
                Set(index, tokens.Scalar(ref reader, "The id of a breakdown value"));
                found = true;
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }
    }

    private void Set(int index, ReadOnlySpan<byte> value)
    {
        _values[index] = (_text.Length, value.Length);
        _text.Append(value);
    }

    private ReadOnlySpan<byte> Value(int index) => _text.Written.Slice(_values[index].Start, _values[index].Length);
}
