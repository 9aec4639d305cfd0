using System.Globalization;
using Orleans.Storage;

namespace MetaGrains.Engine.State;

/// <summary>State in memory, with the same etags and the same serializer as in a database; gone when the process ends.</summary>
internal sealed class MemoryGrainStorage(IGrainStorageSerializer serializer, MemoryRows rows) : IGrainStorage
{
    private readonly Dictionary<(string Name, GrainId Grain), MemoryRow> _rows = rows.Rows;
    private readonly Lock _gate = rows.Gate;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        MemoryRow? row;
        lock (_gate)
            row = _rows.GetValueOrDefault((stateName, grainId));
        grainState.State = row?.Payload is { } payload ? serializer.Deserialize<T>(payload) : Activator.CreateInstance<T>();
        grainState.RecordExists = row?.Payload is not null;
        grainState.ETag = Etag(row);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = Replace(stateName, grainId, grainState.ETag, serializer.Serialize(grainState.State));
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null)
            grainState.ETag = Replace(stateName, grainId, grainState.ETag, null);
        grainState.State = Activator.CreateInstance<T>();
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private string? Replace(string name, GrainId grain, string? etag, BinaryData? payload)
    {
        lock (_gate)
        {
            var old = _rows.GetValueOrDefault((name, grain));
            if (Etag(old) != etag)
                throw new InconsistentStateException($"The state '{name}' of {grain} was changed by somebody else.", Etag(old), etag);
            var row = new MemoryRow((old?.Version ?? 0) + 1, payload);
            _rows[(name, grain)] = row;
            return Etag(row);
        }
    }

    private static string? Etag(MemoryRow? row) => row?.Version.ToString(CultureInfo.InvariantCulture);
}

internal sealed record MemoryRow(int Version, BinaryData? Payload);

/// <summary>The rows of one storage.</summary>
internal sealed class MemoryRows
{
    public Lock Gate { get; } = new();

    public Dictionary<(string Name, GrainId Grain), MemoryRow> Rows { get; } = [];
}

/// <summary>What the storages in memory hold, by their names; silos of one test share it.</summary>
internal sealed class MemoryStorages
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, MemoryRows> _byName = new(StringComparer.Ordinal);

    public MemoryRows Named(string name) => _byName.GetOrAdd(name, _ => new MemoryRows());
}
