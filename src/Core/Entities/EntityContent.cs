using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MetaGrains.Core.Entities;

/// <summary>What of an object counts as a change: all but the values that change by themselves.</summary>
internal static class EntityContent
{
    // Pictures' addresses are signed anew at every read, the budget's rest falls with every click, and updated_time
    // says only that something changed, perhaps one of these.
    private static readonly HashSet<string> Volatile = new(StringComparer.Ordinal)
    {
        "budget_remaining", "updated_time", "thumbnail_url", "image_url", "picture", "permalink_url", "preview_shareable_link",
    };

    /// <summary>The lasting part as JSON with its names in ordinal order, and 64 bits of its SHA-256.</summary>
    public static (string Text, long Hash) Of(JsonElement entity)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, entity);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), BinaryPrimitives.ReadInt64LittleEndian(hash));
    }

    /// <summary>An address without the signature that Meta's own picture servers add.</summary>
    public static string Unsigned(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Query.Length > 0
            && (address.Host.EndsWith(".fbcdn.net", StringComparison.OrdinalIgnoreCase) || address.Host.EndsWith(".cdninstagram.com", StringComparison.OrdinalIgnoreCase))
            ? address.GetLeftPart(UriPartial.Path)
            : url;

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(property => !Volatile.Contains(property.Name)).OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Unsigned(element.GetString()!));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
