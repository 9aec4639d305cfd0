using System.Text.Json;
using Orleans.Storage;

namespace MetaGrains.Grains;

/// <summary>
/// State of grains as JSON. Both engines are given it: their own would differ, and one engine could not read what the
/// other has written.
/// </summary>
internal sealed class GrainStateSerializer : IGrainStorageSerializer
{
    /// <inheritdoc />
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    /// <inheritdoc />
    public T Deserialize<T>(BinaryData input) =>
        JsonSerializer.Deserialize<T>(input) ?? throw new JsonException($"A stored {typeof(T)} is null.");
}
