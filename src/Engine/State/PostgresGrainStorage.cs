using System.Globalization;
using MetaGrains.Engine.Database;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Storage;

namespace MetaGrains.Engine.State;

/// <summary>State in <c>OrleansStorage</c>, row for row as the Orleans AdoNet provider keeps it. The etag is the version.</summary>
/// <remarks>
/// A change locks the partition's row against a new owner until it is committed, and happens only if this silo owns the
/// partition in the epoch in which the grain was activated. So a silo that was cut off and comes back changes nothing.
/// </remarks>
internal sealed class PostgresGrainStorage : IGrainStorage
{
    private const string Fence = "with fence as materialized (select from engine.partitions where service_id = $7 and partition = $8 and owner = $9 and epoch = $10 for share)";
    private const string Owns = "($9 is null or exists (select from fence))";

    private const string Where = """
        where grainidhash = $1 and grainidn0 = $2 and grainidn1 = $3 and graintypehash = $4
          and graintypestring = $5 and coalesce(grainidextensionstring, '') = coalesce($6, '') and serviceid = $7
        """;

    private readonly NpgsqlDataSource _source;
    private readonly Ownership _ownership;
    private readonly IGrainStorageSerializer _serializer;
    private readonly string _serviceId;
    private readonly bool _deletes;
    private readonly Lazy<Task> _schema;

    private PostgresGrainStorage(NpgsqlDataSource source, Ownership ownership, IGrainStorageSerializer serializer, string serviceId, bool deletes)
    {
        (_source, _ownership, _serializer, _serviceId, _deletes) = (source, ownership, serializer, serviceId, deletes);
        _schema = new Lazy<Task>(() => PostgresSource.EnsureSchemaAsync(source, CancellationToken.None));
    }

    public static PostgresGrainStorage Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(name);
        return new PostgresGrainStorage(
            PostgresSource.Open($"Grain storage '{name}'", options.Invariant, options.ConnectionString, options.DataSource),
            services.GetRequiredService<Ownership>(),
            StateSerializer.Of(services, name, options.GrainStorageSerializer),
            services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId,
            options.DeleteStateOnClear);
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync($"select payloadbinary, version from orleansstorage {Where}", stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var exists = await reader.ReadAsync(cancellationToken);
        var payload = exists && !await reader.IsDBNullAsync(0, cancellationToken) ? reader.GetFieldValue<byte[]>(0) : null;
        grainState.State = payload is null ? Activator.CreateInstance<T>() : _serializer.Deserialize<T>(new BinaryData(payload));
        grainState.ETag = exists ? reader.GetInt32(1).ToString(CultureInfo.InvariantCulture) : null;
        grainState.RecordExists = payload is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        const string insert = $"""
            {Fence}
            insert into orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
            select $1, $2, $3, $4, $5, $6, $7, $11, 1 where {Owns} on conflict do nothing returning version
            """;
        const string update = $"{Fence} update orleansstorage set payloadbinary = $11, version = version + 1, modifiedon = now() {Where} and version = $12 and {Owns} returning version";
        var payload = _serializer.Serialize(grainState.State).ToArray();
        await using var command = await ChangeCommandAsync(grainState.ETag is null ? insert : update, stateName, grainId, grainState);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = payload });
        grainState.ETag = await ChangeAsync(command, stateName, grainId, grainState.ETag, cancellationToken);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        const string clear = $"{Fence} update orleansstorage set payloadbinary = null, version = version + 1, modifiedon = now() {Where} and version = $11 and {Owns} returning version";
        const string delete = $"{Fence} delete from orleansstorage {Where} and version = $11 and {Owns} returning version";
        if (grainState.ETag is not null)
        {
            await using var command = await ChangeCommandAsync(_deletes ? delete : clear, stateName, grainId, grainState);
            var etag = await ChangeAsync(command, stateName, grainId, grainState.ETag, cancellationToken);
            grainState.ETag = _deletes ? null : etag;
        }

        grainState.State = Activator.CreateInstance<T>();
        grainState.RecordExists = false;
    }

    private async Task<NpgsqlCommand> CommandAsync(string sql, string stateName, GrainId grain)
    {
        await _schema.Value;
        var key = StorageKey.Of(stateName, grain);
        var command = _source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = key.IdHash });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key.N0 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key.N1 });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = key.TypeHash });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Type });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)key.Extension ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _serviceId });
        return command;
    }

    private async Task<NpgsqlCommand> ChangeCommandAsync<T>(string sql, string stateName, GrainId grain, IGrainState<T> state)
    {
        var command = await CommandAsync(sql, stateName, grain);
        var partition = ReminderTimes.PartitionOf(grain);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)_ownership.Owner ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (state as IStateFacet)?.Epoch ?? _ownership.EpochOf(partition) });
        return command;
    }

    // No row comes back where this silo is not the owner, or where the row had another version, or was there already.
    private static async Task<string> ChangeAsync(NpgsqlCommand command, string stateName, GrainId grain, string? etag, CancellationToken cancellationToken)
    {
        if (etag is not null)
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = int.Parse(etag, CultureInfo.InvariantCulture) });
        return await command.ExecuteScalarAsync(cancellationToken) is int version
            ? version.ToString(CultureInfo.InvariantCulture)
            : throw new InconsistentStateException($"The state '{stateName}' of {grain} was changed by somebody else, or its grain is another silo's now.", null, etag);
    }
}
