using System.Text.Json;
using Orleans.Storage;

namespace MetaGrains.Engine.State;

/// <summary>The serializer of storages that were given none: System.Text.Json.</summary>
internal sealed class JsonStateSerializer : IGrainStorageSerializer
{
    public static JsonStateSerializer Instance { get; } = new();

    public BinaryData Serialize<T>(T input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input)!;
}
