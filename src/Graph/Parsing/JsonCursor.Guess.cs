using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <content>
/// Rows of an answer look alike, so the next token is mostly known before it is read. A guess that is right is taken at
/// one glance; one that is wrong moves nothing, and <see cref="Read"/> goes on from there.
/// </content>
internal ref partial struct JsonCursor
{
    /// <summary>Takes the next token if it is the name of a member, written as it usually is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryName(in JsonText name)
    {
        var at = _at;
        if (_expect == JsonExpect.Next)
        {
            if ((uint)at >= (uint)_body.Length || _body[at] != (byte)',' || !InObject)
                return false;
            at++;
        }
        else if (_expect != JsonExpect.FirstName)
        {
            return false;
        }

        if (!name.IsKeyAt(_body, at))
            return false;
        ValueIsEscaped = name.IsEscaped;
        Take(JsonTokenType.PropertyName, at, at + 1, at + name.KeyLength - 2, at + name.KeyLength);
        _expect = JsonExpect.Value;
        return true;
    }

    /// <summary>Takes the next token if it is this string behind a name, written as it usually is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryString(in JsonText text)
    {
        var at = _at;
        if (_expect != JsonExpect.Value || !text.IsStringAt(_body, at))
            return false;
        ValueIsEscaped = text.IsEscaped;
        Take(JsonTokenType.String, at, at + 1, at + text.KeyLength - 2, at + text.KeyLength - 1);
        AfterValue();
        return true;
    }

    /// <summary>The token's text as a whole number, when it is one of at most eight digits and has no zero before others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryShortNumber(out uint number)
    {
        number = 0;
        if ((uint)(_length - 1) >= sizeof(ulong) || _body.Length - _start < sizeof(ulong) || (_body[_start] == (byte)'0' && _length > 1))
            return false;

        // The first letter is the lowest byte; zeros are pushed in before it.
        var missing = (sizeof(ulong) - _length) * 8;
        var letters = BinaryPrimitives.ReadUInt64LittleEndian(_body[_start..]) << missing;
        var digits = letters ^ (0x3030303030303030UL << missing);
        if (((digits | (digits + 0x7676767676767676)) & 0x8080808080808080) != 0)
            return false;

        // Neighbours are joined to pairs, pairs to fours, fours to eight.
        digits = (digits * 10) + (digits >> 8);
        number = (uint)((((digits & 0x000000FF000000FF) * 0x000F424000000064) + (((digits >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
        return true;
    }
}
