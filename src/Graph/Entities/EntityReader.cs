using System.Text.Json;
using MetaGrains.Core.Entities;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Entities;

/// <summary>Reads single objects: <see cref="EntityMapping"/> says what they mean, here stands what no valid answer lacks.</summary>
internal static class EntityReader
{
    /// <exception cref="InvalidAnswerException">It is no such object; the message names the field.</exception>
    public static T Read<T>(EntityKind kind, JsonElement node)
        where T : EntityRecord
    {
        Id(node);
        try
        {
            return (T)EntityMapping.Read(kind, node);
        }
        catch (FormatException malformed)
        {
            throw new InvalidAnswerException(malformed.Message, malformed);
        }
    }

    /// <summary>The id, a string or a number.</summary>
    /// <exception cref="InvalidAnswerException">There is none: an object that cannot be known again.</exception>
    public static string Id(JsonElement node) =>
        JsonAnswer.Text(node, "id") is { Length: > 0 } id && id.All(char.IsAsciiDigit)
            ? id
            : throw new InvalidAnswerException("An object has no id.");
}
