using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <summary>Reads the texts of tokens as UTF-8 without allocating.</summary>
internal sealed class JsonTokens
{
    private byte[] _unescaped = new byte[256];

    /// <summary>The text of a property name, string or number; valid until the next call or read.</summary>
    /// <exception cref="InvalidAnswerException">An escape is no character, or is the NUL that no database text holds.</exception>
    public ReadOnlySpan<byte> Text(ref JsonCursor reader) => reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;

    /// <summary>The text of a string or number; anything else is refused.</summary>
    public ReadOnlySpan<byte> Scalar(ref JsonCursor reader, string what) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Number
            ? Text(ref reader)
            : throw new InvalidAnswerException($"{what} is {reader.TokenType} and neither a string nor a number.");

    private ReadOnlySpan<byte> Unescaped(ref JsonCursor reader)
    {
        if (_unescaped.Length < reader.ValueSpan.Length)
            _unescaped = new byte[reader.ValueSpan.Length * 2];
        try
        {
            var quoted = new Utf8JsonReader(reader.Quoted);
            quoted.Read();
            var text = _unescaped.AsSpan(0, quoted.CopyString(_unescaped));
            return text.Contains((byte)0) ? throw new InvalidAnswerException("A text holds a NUL character.") : text;
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidAnswerException("A text holds an escape that is no character.", failure);
        }
    }
}
