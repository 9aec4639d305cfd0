using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <summary>What may follow.</summary>
internal enum JsonExpect : byte
{
    Value,
    FirstName,
    FirstItem,
    Next,
    Nothing,
}

/// <summary>Where a cursor stands, apart from the bytes: what may follow, and the open objects and lists.</summary>
internal readonly record struct JsonPlace(JsonExpect Expect, int Depth, ulong Objects);

/// <summary>
/// Reads JSON token by token, as strictly as <see cref="Utf8JsonReader"/> and faster: it keeps no line numbers,
/// knows one contiguous span only, and finds the end of a short text at one glance. When the data ends inside a token
/// it says so; the caller then goes on from a copy that it took at a place it can go back to.
/// </summary>
internal ref partial struct JsonCursor
{
    // One bit for each open level says whether it is an object; as deep as Utf8JsonReader goes.
    private const int MaxDepth = 64;

    private static readonly SearchValues<byte> Specials =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(control => (byte)control)]);

    private readonly ReadOnlySpan<byte> _body;
    private readonly bool _ended;
    private ulong _objects;
    private int _at;
    private int _depth;
    private int _start;
    private int _length;
    private JsonExpect _expect;

    /// <param name="body">The bytes from the place on.</param>
    /// <param name="ended">Whether nothing follows them: then an unfinished document is an error.</param>
    /// <param name="place">Where the last cursor stood.</param>
    public JsonCursor(ReadOnlySpan<byte> body, bool ended, JsonPlace place)
    {
        _body = body;
        _ended = ended;
        (_expect, _depth, _objects) = (place.Expect, place.Depth, place.Objects);
    }

    /// <summary>The token.</summary>
    public JsonTokenType TokenType { get; private set; }

    /// <summary>Whether the text of the token has escapes.</summary>
    public bool ValueIsEscaped { get; private set; }

    /// <summary>The token's text: of strings and names without their quotes.</summary>
    public readonly ReadOnlySpan<byte> ValueSpan => _body.Slice(_start, _length);

    /// <summary>A string or a name with its quotes.</summary>
    public readonly ReadOnlySpan<byte> Quoted => _body.Slice(_start - 1, _length + 2);

    /// <summary>Where the token's text begins: behind the quote of a string.</summary>
    public readonly int TextStart => _start;

    /// <summary>Length of the token's text.</summary>
    public readonly int TextLength => _length;

    /// <summary>Where the token begins.</summary>
    public int TokenStart { get; private set; }

    /// <summary>Bytes read.</summary>
    public readonly int Consumed => _at;

    /// <summary>Where it stands.</summary>
    public readonly JsonPlace Place => new(_expect, _depth, _objects);

    private readonly bool InObject => (_objects & 1) != 0;

    /// <summary>Reads the next token; of a member's name with its colon.</summary>
    /// <returns>False when the data or the document ends.</returns>
    /// <exception cref="InvalidAnswerException">This is no JSON.</exception>
    public bool Read()
    {
        // Half of all tokens are texts right behind their names.
        if (_expect == JsonExpect.Value && (uint)_at < (uint)_body.Length && _body[_at] == (byte)'"')
            return ReadText(_at);
        if (!TryNext(_at, out var at))
            return Stop(_expect == JsonExpect.Nothing);
        var letter = _body[at];
        switch (_expect)
        {
            case JsonExpect.Next:
                if (letter != (byte)',')
                    return TryClose(at, letter);
                if (!TryNext(at + 1, out at))
                    return Stop();
                letter = _body[at];
                return InObject ? ReadName(at, letter) : ReadValue(at, letter);
            case JsonExpect.FirstName:
                return letter == (byte)'}' ? TryClose(at, letter) : ReadName(at, letter);
            case JsonExpect.FirstItem:
                return letter == (byte)']' ? TryClose(at, letter) : ReadValue(at, letter);
            case JsonExpect.Value:
                return ReadValue(at, letter);
            default:
                throw Broken();
        }
    }

    /// <summary>Goes to the end of the object or list that it stands on; stays on any other value.</summary>
    /// <returns>False when the data ends before.</returns>
    public bool TrySkip()
    {
        if (TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return true;
        for (var depth = _depth; _depth >= depth;)
        {
            if (!Read())
                return false;
        }

        return true;
    }

    private bool ReadName(int at, byte letter)
    {
        if (letter != (byte)'"')
            throw Broken();
        if (!TryText(at + 1, out var end) || !TryNext(end + 1, out var colon))
            return Stop();
        if (_body[colon] != (byte)':')
            throw Broken();
        Take(JsonTokenType.PropertyName, at, at + 1, end, colon + 1);
        _expect = JsonExpect.Value;
        return true;
    }

    private bool ReadValue(int at, byte letter)
    {
        switch (letter)
        {
            case (byte)'"':
                return ReadText(at);
            case (byte)'{' or (byte)'[':
                return Open(at, isObject: letter == (byte)'{');
            case (byte)'t':
                return Literal(at, "true"u8, JsonTokenType.True);
            case (byte)'f':
                return Literal(at, "false"u8, JsonTokenType.False);
            case (byte)'n':
                return Literal(at, "null"u8, JsonTokenType.Null);
            default:
                if (!TryNumber(at, out var after))
                    return Stop();
                ValueIsEscaped = false;
                Take(JsonTokenType.Number, at, at, after, after);
                break;
        }

        AfterValue();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadText(int at)
    {
        if (!TryText(at + 1, out var end))
            return Stop();
        Take(JsonTokenType.String, at, at + 1, end, end + 1);
        AfterValue();
        return true;
    }

    private bool Open(int at, bool isObject)
    {
        if (_depth == MaxDepth)
            throw Broken();
        _depth++;
        _objects = (_objects << 1) | (isObject ? 1UL : 0UL);
        Take(isObject ? JsonTokenType.StartObject : JsonTokenType.StartArray, at, at, at + 1, at + 1);
        _expect = isObject ? JsonExpect.FirstName : JsonExpect.FirstItem;
        return true;
    }

    private bool TryClose(int at, byte letter)
    {
        if (_depth == 0 || letter != (InObject ? (byte)'}' : (byte)']'))
            throw Broken();
        Take(InObject ? JsonTokenType.EndObject : JsonTokenType.EndArray, at, at, at + 1, at + 1);
        _depth--;
        _objects >>= 1;
        AfterValue();
        return true;
    }

    private bool Literal(int at, ReadOnlySpan<byte> literal, JsonTokenType token)
    {
        var there = _body[at..];
        if (there.Length < literal.Length && literal.StartsWith(there))
            return Stop();
        if (!there.StartsWith(literal))
            throw Broken();
        Take(token, at, at, at + literal.Length, at + literal.Length);
        AfterValue();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(JsonTokenType token, int tokenStart, int start, int end, int consumed)
    {
        TokenType = token;
        TokenStart = tokenStart;
        _start = start;
        _length = end - start;
        _at = consumed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AfterValue() => _expect = _depth == 0 ? JsonExpect.Nothing : JsonExpect.Next;

    // Nothing follows: fine after the document, and when more may come.
    private readonly bool Stop(bool isWhole = false) => _ended && !isWhole ? throw Broken() : false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryNext(int from, out int at)
    {
        at = from;
        return ((uint)at < (uint)_body.Length && _body[at] > (byte)' ') || TryNextAfterSpace(ref at);
    }

    private readonly bool TryNextAfterSpace(ref int at)
    {
        while ((uint)at < (uint)_body.Length)
        {
            if (_body[at] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                return true;
            at++;
        }

        return false;
    }

    /// <summary>Finds the quote that ends a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryText(int at, out int end)
    {
        ValueIsEscaped = false;
        end = Special(at);
        return (uint)end < (uint)_body.Length && (_body[end] == (byte)'"' || TryEscaped(ref end));
    }

    private bool TryEscaped(ref int at)
    {
        while ((uint)at < (uint)_body.Length && _body[at] != (byte)'"')
        {
            if (_body[at] != (byte)'\\')
                throw Broken();
            ValueIsEscaped = true;
            if (at + 1 >= _body.Length)
                return false;
            var length = _body[at + 1] == (byte)'u' ? 6 : 2;
            if (length == 2 && !"\"\\/bfnrt"u8.Contains(_body[at + 1]))
                throw Broken();
            for (var digit = at + 2; digit < at + length; digit++)
            {
                if (digit >= _body.Length)
                    return false;
                if (!char.IsAsciiHexDigit((char)_body[digit]))
                    throw Broken();
            }

            at = Special(at + length);
        }

        return at < _body.Length;
    }

    // The first quote, backslash or control character from a place on, or the end of the data. Most texts end within
    // the first vector; longer ones are looked at by the library.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Special(int at)
    {
        if (Vector256.IsHardwareAccelerated && at <= _body.Length - Vector256<byte>.Count)
        {
            var letters = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_body), (nuint)at);
            var found = (Vector256.Equals(letters, Vector256.Create((byte)'"')) | Vector256.Equals(letters, Vector256.Create((byte)'\\'))
                | Vector256.LessThan(letters, Vector256.Create((byte)' '))).ExtractMostSignificantBits();
            if (found != 0)
                return at + BitOperations.TrailingZeroCount(found);
            at += Vector256<byte>.Count;
        }

        return SpecialByLibrary(at);
    }

    private readonly int SpecialByLibrary(int at)
    {
        if (at >= _body.Length)
            return _body.Length;
        var rest = _body[at..].IndexOfAny(Specials);
        return rest < 0 ? _body.Length : at + rest;
    }

    // At the end of the data a number may go on.
    private readonly bool TryNumber(int at, out int after)
    {
        after = at;
        if (_body[after] == (byte)'-')
            after++;
        if (!TryDigits(ref after, leadingZeroEnds: true))
            return false;
        if ((uint)after < (uint)_body.Length && _body[after] == (byte)'.')
        {
            after++;
            if (!TryDigits(ref after, leadingZeroEnds: false))
                return false;
        }

        if ((uint)after < (uint)_body.Length && _body[after] is (byte)'e' or (byte)'E')
        {
            after++;
            if ((uint)after < (uint)_body.Length && _body[after] is (byte)'+' or (byte)'-')
                after++;
            if (!TryDigits(ref after, leadingZeroEnds: false))
                return false;
        }

        return after < _body.Length || _ended;
    }

    // At least one digit; false when the data ends before it.
    private readonly bool TryDigits(ref int at, bool leadingZeroEnds)
    {
        if (at >= _body.Length)
            return false;
        if (!char.IsAsciiDigit((char)_body[at]))
            throw Broken();
        if (_body[at++] == (byte)'0' && leadingZeroEnds)
            return true;
        while ((uint)at < (uint)_body.Length && char.IsAsciiDigit((char)_body[at]))
            at++;
        return true;
    }

    private static InvalidAnswerException Broken() => new("The answer is no complete JSON document.");
}
