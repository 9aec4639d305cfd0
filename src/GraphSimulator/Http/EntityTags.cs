using System.Buffers.Binary;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Tags answers by what they say, and answers 304 to a caller who has the same already.</summary>
internal static class EntityTags
{
    private const ulong Prime = 0x9E3779B185EBCA87;

    public static string Of(ReadOnlySpan<byte> body)
    {
        var hash = (ulong)body.Length * Prime;
        for (; body.Length >= sizeof(ulong); body = body[sizeof(ulong)..])
            hash = BitOperations.RotateLeft(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(body), 31) * Prime;
        foreach (var rest in body)
            hash = BitOperations.RotateLeft(hash ^ rest, 31) * Prime;
        return $"\"{hash:x16}\"";
    }

    /// <summary>Whether the caller has this answer.</summary>
    public static bool Has(HttpRequest http, IHeaderDictionary headers) =>
        headers.TryGetValue(HeaderNames.ETag, out var tag) && http.Headers[HeaderNames.IfNoneMatch] == tag.ToString();
}
