using System.Buffers;
using System.Text.Json;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// The action lists of one row: reads them in whatever order Meta wrote them, and writes the canonical JSON that
/// <see cref="InsightRow.Actions"/> describes. The names are numbered once per answer and the figures stay in the
/// body, so reading a row copies no text.
/// </summary>
internal sealed partial class ActionLists(IReadOnlyList<string> fields)
{
    // Beyond so many names, as with a breakdown by target id, numbering starts anew at the next row.
    private const int MaxNames = 16 * 1024;

    private static readonly SearchValues<byte> Separators = SearchValues.Create("|=\\"u8);

    private readonly List<(int Name, int Value)> _parts = [];
    private readonly ByteScratch _composed = new(256);
    private NameTable _names = NewNames();
    private Note[] _notes = new Note[32];
    private Element[] _elements = new Element[32];
    private Figure[] _figures = new Figure[128];
    private int _elementCount;
    private int _figureCount;
    private bool _composedKeys;
    private int _lastType = NoType;

    // Names with a meaning are numbered first.
    private const int TypeName = 0;
    private const int ValueName = 1;
    private const int NoType = 2;

    /// <summary>Forgets the last row.</summary>
    public void Reset()
    {
        _elementCount = 0;
        _figureCount = 0;
        _composedKeys = false;
        if (_names.Count <= MaxNames)
            return;
        _names = NewNames();
        _lastType = NoType;
        Array.Clear(_notes);
    }

    /// <summary>Takes one list; the reader stands on its value.</summary>
    /// <returns>False when the data ends inside it.</returns>
    public bool TryRead(ref JsonCursor reader, JsonTokens tokens, int list)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidAnswerException($"{fields[list]} is {reader.TokenType} and no list.");
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray)
                return true;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InvalidAnswerException($"An element of {fields[list]} is {reader.TokenType} and no object.");
            if (!TryReadElement(ref reader, tokens, list))
                return false;
        }

        return false;
    }

    private static NameTable NewNames()
    {
        var names = new NameTable();
        names.FindOrAdd("action_type"u8);
        names.FindOrAdd("value"u8);
        names.FindOrAdd(""u8);
        return names;
    }

    private bool TryReadElement(ref JsonCursor reader, JsonTokens tokens, int list)
    {
        var type = -1;
        var first = _figureCount;
        if (_parts.Count > 0)
            _parts.Clear();
        for (var previous = NoType; ;)
        {
            // Elements of an answer mostly have the same keys in the same order.
            var name = NoteOf(previous).NextKey;
            if (!reader.TryName(in _names.Json(name)))
            {
                if (!reader.Read())
                    return false;
                if (reader.TokenType == JsonTokenType.EndObject)
                    break;
                name = _names.FindOrAdd(tokens.Text(ref reader));
                NoteOf(previous).NextKey = name;
            }

            previous = name;
            if (name == TypeName && type < 0 && TryGuessType(ref reader, ref type))
                continue;
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            var role = RoleOf(name);
            if (role == KeyRole.Part)
                type = TakePart(tokens.Scalar(ref reader, "A key of an action"), name, type, list);
            else if (!TryReadFigure(ref reader, tokens, list, name, mustBeNumber: role == KeyRole.Number))
                return false;
        }

        AddElement(list, type < 0 ? NoType : type, first);
        return true;
    }

    // Rows of an answer mostly have the same actions in the same order; the first follows those of the last row.
    private bool TryGuessType(ref JsonCursor reader, ref int type)
    {
        var guess = NoteOf(_lastType).NextType;
        if (!reader.TryString(in _names.Json(guess)))
            return false;
        type = _lastType = guess;
        return true;
    }

    private int TakePart(ReadOnlySpan<byte> text, int name, int type, int list)
    {
        var value = _names.FindOrAdd(text);
        if (name != TypeName)
        {
            _parts.Add((name, value));
            return type;
        }

        NoteOf(_lastType).NextType = value;
        _lastType = value;
        return type < 0 ? value : throw new InvalidAnswerException($"An element of {fields[list]} has two action types.");
    }

    private bool TryReadFigure(ref JsonCursor reader, JsonTokens tokens, int list, int name, bool mustBeNumber)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
        {
            if (reader.TryShortNumber(out var number))
            {
                AddFigure(new Figure(name, number, reader.TextStart, reader.TextLength));
                return true;
            }

            if (ExactNumber.TryParse(tokens.Text(ref reader), out var value, out var canonical))
            {
                if (decimal.IsNegative(value) && IsCount(list))
                    throw new InvalidAnswerException($"A count in {fields[list]} is negative.");
                var asIs = canonical && !reader.ValueIsEscaped;
                AddFigure(new Figure(name, value, reader.TextStart, asIs ? reader.TextLength : 0));
                return true;
            }

            // Other keys may be texts; a window or a value may not.
            return mustBeNumber ? throw new InvalidAnswerException($"A figure in {fields[list]} is no exact number.") : true;
        }

        return mustBeNumber
            ? throw new InvalidAnswerException($"A figure in {fields[list]} is {reader.TokenType}.")
            : reader.TrySkip();
    }

    // How often something happened is never negative; what it was worth may be, after a refund.
    private bool IsCount(int list) => fields[list] is "actions" or "conversions" or "unique_actions" or "unique_conversions";

    private void AddElement(int list, int type, int first)
    {
        if (_elementCount == _elements.Length)
            Array.Resize(ref _elements, _elementCount * 2);
        var key = _parts.Count == 0 ? type : Compose(type);
        _elements[_elementCount++] = new Element(list, key, type, first, _figureCount - first);
    }

    private void AddFigure(Figure figure)
    {
        if (_figureCount == _figures.Length)
            Array.Resize(ref _figures, _figureCount * 2);
        _figures[_figureCount++] = figure;
    }

    // type|key=value|…, keys in ordinal order.
    private int Compose(int type)
    {
        _parts.Sort((left, right) => _names.Name(left.Name).SequenceCompareTo(_names.Name(right.Name)));
        _composed.Clear();
        _composed.Append(_names.Name(type));
        foreach (var (name, value) in _parts)
        {
            _composed.Append((byte)'|');
            _composed.Append(_names.Name(name));
            _composed.Append((byte)'=');
            _composed.AppendMarked(_names.Name(value), Separators);
        }

        _composedKeys = true;
        return _names.FindOrAdd(_composed.Written);
    }

    /// <param name="List">Number of the list.</param>
    /// <param name="Key">Name of the type with its further keys.</param>
    /// <param name="Type">Name of the type alone.</param>
    /// <param name="First">The first of its figures.</param>
    /// <param name="Count">How many it has.</param>
    private readonly record struct Element(int List, int Key, int Type, int First, int Count);

    /// <param name="Start">Where its text stands in the body.</param>
    /// <param name="Length">Length of that text, or 0 when it is not canonical and is written from the value.</param>
    private readonly record struct Figure(int Name, decimal Value, int Start, int Length);
}
