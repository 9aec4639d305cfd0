using System.Text;
using System.Text.Json;

namespace MetaGrains.Graph.Parsing;

/// <summary>Reads <c>{"cursors":{"before":…,"after":…},"next":…}</c>; every part may be missing.</summary>
internal static class PagingReader
{
    /// <summary>Reads the object that the reader stands on.</summary>
    /// <returns>False when the data ends inside it.</returns>
    public static bool TryRead(ref JsonCursor reader, JsonTokens tokens, out PagingLinks links)
    {
        links = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidAnswerException($"paging is {reader.TokenType} and no object.");
        var (next, after) = ((string?)null, (string?)null);
        while (true)
        {
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.EndObject)
                break;
            var name = tokens.Text(ref reader);
            var (isNext, isCursors) = (name.SequenceEqual("next"u8), name.SequenceEqual("cursors"u8));
            if (!reader.Read())
                return false;
            if (isNext && reader.TokenType != JsonTokenType.Null)
            {
                next = TextOf(ref reader, tokens, "paging.next");
            }
            else if (isCursors && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!TryReadCursors(ref reader, tokens, out after))
                    return false;
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }

        links = PagingLinks.Of(next, after);
        return true;
    }

    private static bool TryReadCursors(ref JsonCursor reader, JsonTokens tokens, out string? after)
    {
        after = null;
        while (true)
        {
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            var isAfter = tokens.Text(ref reader).SequenceEqual("after"u8);
            if (!reader.Read())
                return false;
            if (isAfter && reader.TokenType != JsonTokenType.Null)
                after = TextOf(ref reader, tokens, "paging.cursors.after");
            else if (!reader.TrySkip())
                return false;
        }
    }

    private static string TextOf(ref JsonCursor reader, JsonTokens tokens, string what) =>
        reader.TokenType == JsonTokenType.String
            ? Encoding.UTF8.GetString(tokens.Text(ref reader))
            : throw new InvalidAnswerException($"{what} is {reader.TokenType} and no string.");
}
