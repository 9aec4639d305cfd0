using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Http;

/// <summary>Reads a body that is small by nature: an error, or a page of accounts.</summary>
internal static class SmallBody
{
    /// <summary>More than that is no error of Meta's but somebody's web page.</summary>
    public const long LongestError = 256 * 1024;

    /// <summary>The whole body.</summary>
    /// <exception cref="InvalidAnswerException">It is longer than allowed.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, long maxBytes, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (memory.Length + read > maxBytes)
                throw new InvalidAnswerException($"it is longer than {maxBytes} bytes.");
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
