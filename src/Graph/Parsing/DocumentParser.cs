using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// The envelope around the rows, <c>{"data":[…],"paging":{…}}</c>, fed with whatever has arrived. It advances by
/// whole units (a row, the paging object, a skipped value) and goes back to a unit's start when the data ends in it.
/// </summary>
internal sealed class DocumentParser(RowParser rows, PageBuilder page)
{
    private readonly JsonTokens _tokens = new();
    private JsonPlace _state;
    private Place _place = Place.Start;
    private bool _hasPaging;

    private enum Place
    {
        Start,
        Root,
        Rows,
        End,
    }

    /// <summary>Whether there was a <c>data</c> list.</summary>
    public bool HasData { get; private set; }

    /// <summary>Where the answer goes on.</summary>
    public PagingLinks Paging { get; private set; }

    /// <summary>The value of <c>error</c>, which is also found in answers of HTTP 200.</summary>
    public byte[]? Error { get; private set; }

    /// <summary>Parses as far as the data reaches.</summary>
    /// <param name="body">The bytes that were not consumed last time, and those that followed.</param>
    /// <param name="ended">Whether nothing follows: then an unfinished document is an error.</param>
    /// <returns>Bytes consumed.</returns>
    public int Parse(ReadOnlySpan<byte> body, bool ended)
    {
        var reader = new JsonCursor(body, ended, _state);
        while (true)
        {
            var unit = reader;
            if (!TryStep(ref reader, body))
            {
                _state = unit.Place;
                return unit.Consumed;
            }
        }
    }

    // At the end of a valid document the reader has no more tokens, and refuses anything but white space.
    private bool TryStep(ref JsonCursor reader, ReadOnlySpan<byte> body)
    {
        if (!reader.Read())
            return false;
        switch (_place)
        {
            case Place.Start:
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new InvalidAnswerException($"The answer is {reader.TokenType} and no object.");
                _place = Place.Root;
                return true;
            case Place.Root:
                return TryMember(ref reader, body);
            case Place.Rows:
                return TryRow(ref reader, body);
            default:
                throw new InvalidAnswerException("Something follows the answer.");
        }
    }

    private bool TryMember(ref JsonCursor reader, ReadOnlySpan<byte> body)
    {
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _place = Place.End;
            return true;
        }

        var name = _tokens.Text(ref reader);
        var (isData, isPaging, isError) = (name.SequenceEqual("data"u8), name.SequenceEqual("paging"u8), name.SequenceEqual("error"u8));
        if (!reader.Read())
            return false;
        if (isData)
            return BeginRows(ref reader);
        if (isPaging)
            return TryPaging(ref reader);
        var start = reader.TokenStart;
        if (!reader.TrySkip())
            return false;
        if (isError && reader.TokenType != JsonTokenType.Null)
            Error = body[start..reader.Consumed].ToArray();
        return true;
    }

    private bool BeginRows(ref JsonCursor reader)
    {
        if (HasData)
            throw new InvalidAnswerException("The answer has two data lists.");
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new InvalidAnswerException($"data is {reader.TokenType} and no list.");
        HasData = true;
        _place = Place.Rows;
        return true;
    }

    private bool TryRow(ref JsonCursor reader, ReadOnlySpan<byte> body)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.Root;
            return true;
        }

        return reader.TokenType == JsonTokenType.StartObject
            ? rows.TryParse(ref reader, body, page)
            : throw new InvalidAnswerException($"A row is {reader.TokenType} and no object.");
    }

    private bool TryPaging(ref JsonCursor reader)
    {
        if (_hasPaging)
            throw new InvalidAnswerException("The answer has two paging objects.");
        if (reader.TokenType == JsonTokenType.Null)
            return _hasPaging = true;
        if (!PagingReader.TryRead(ref reader, _tokens, out var links))
            return false;
        Paging = links;
        return _hasPaging = true;
    }
}
