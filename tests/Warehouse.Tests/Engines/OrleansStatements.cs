using System.Data;
using MetaGrains.Testing;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>
/// Sends the statements of <c>deploy/orleans</c> as Orleans' AdoNet providers do: the text by its key, every parameter that
/// they supply by its bare name and type, and every row of every result.
/// </summary>
internal sealed class OrleansStatements : IAsyncDisposable
{
    private static readonly string[] Silo = ["DeploymentId", "Address", "Port", "Generation"];
    private static readonly string[] State = ["GrainIdHash", "GrainIdN0", "GrainIdN1", "GrainTypeHash", "GrainTypeString", "GrainIdExtensionString", "ServiceId"];

    private static readonly Dictionary<string, DbType> Types = new(StringComparer.Ordinal)
    {
        ["DeploymentId"] = DbType.String, ["ServiceId"] = DbType.String, ["Address"] = DbType.String, ["SiloName"] = DbType.String,
        ["HostName"] = DbType.String, ["SuspectTimes"] = DbType.String, ["GrainId"] = DbType.String, ["ReminderName"] = DbType.String,
        ["GrainTypeString"] = DbType.String, ["GrainIdExtensionString"] = DbType.String,
        ["Port"] = DbType.Int32, ["Generation"] = DbType.Int32, ["ProxyPort"] = DbType.Int32, ["Status"] = DbType.Int32, ["Version"] = DbType.Int32,
        ["GrainHash"] = DbType.Int32, ["BeginHash"] = DbType.Int32, ["EndHash"] = DbType.Int32, ["GrainIdHash"] = DbType.Int32,
        ["GrainTypeHash"] = DbType.Int32, ["GrainStateVersion"] = DbType.Int32,
        ["GrainIdN0"] = DbType.Int64, ["GrainIdN1"] = DbType.Int64,
        ["StartTime"] = DbType.DateTime, ["IAmAliveTime"] = DbType.DateTime,
        ["PayloadBinary"] = DbType.Binary,
    };

    /// <summary>Key → the parameters that come with it. A text that names another one fails in production.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Supplied = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["InsertMembershipVersionKey"] = ["DeploymentId"],
        ["MembershipReadRowKey"] = Silo,
        ["MembershipReadAllKey"] = ["DeploymentId"],
        ["InsertMembershipKey"] = [.. Silo, "SiloName", "HostName", "Status", "ProxyPort", "StartTime", "IAmAliveTime", "Version"],
        ["UpdateMembershipKey"] = [.. Silo, "Status", "SuspectTimes", "IAmAliveTime", "Version"],
        ["UpdateIAmAlivetimeKey"] = [.. Silo, "IAmAliveTime"],
        ["GatewaysQueryKey"] = ["DeploymentId", "Status"],
        ["CleanupDefunctSiloEntriesKey"] = ["DeploymentId", "IAmAliveTime"],
        ["CleanupDefunctSiloEntryKey"] = [.. Silo, "SuspectTimes", "StartTime", "IAmAliveTime"],
        ["DeleteMembershipTableEntriesKey"] = ["DeploymentId"],
        ["ReadFromStorageKey"] = State,
        ["WriteToStorageKey"] = [.. State, "GrainStateVersion", "PayloadBinary"],
        ["ClearStorageKey"] = [.. State, "GrainStateVersion"],
        ["DeleteStorageKey"] = [.. State, "GrainStateVersion"],
        ["ReadReminderRowsKey"] = ["ServiceId", "GrainId"],
        ["ReadReminderRowKey"] = ["ServiceId", "GrainId", "ReminderName"],
        ["ReadRangeRows1Key"] = ["ServiceId", "BeginHash", "EndHash"],
        ["ReadRangeRows2Key"] = ["ServiceId", "BeginHash", "EndHash"],
        ["UpsertReminderRowKey"] = ["ServiceId", "GrainHash", "GrainId", "ReminderName", "StartTime", "Period"],
        ["DeleteReminderRowKey"] = ["ServiceId", "GrainId", "ReminderName", "Version"],
        ["DeleteReminderRowsKey"] = ["ServiceId"],
    };

    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _source;

    private OrleansStatements(TestDatabase database, NpgsqlDataSource source, IReadOnlyDictionary<string, string> texts) =>
        (_database, _source, Texts) = (database, source, texts);

    /// <summary>Key → text, as found without a schema's name.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; }

    public TestDatabase Database => _database;

    /// <param name="settings">Of the session, as in <c>timezone=America/New_York</c>.</param>
    public static async Task<OrleansStatements> OpenAsync(string? settings = null)
    {
        var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var connection = DatabaseUrl.ForEngine(database.Url);
        connection.Options = settings is null ? null : $"-c {settings}";
        var source = NpgsqlDataSource.Create(connection.ConnectionString);
        await using var command = source.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            texts.Add(reader.GetString(0), reader.GetString(1));
        return new OrleansStatements(database, source, texts);
    }

    /// <summary>All rows of all results, columns by name in any case.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RunAsync(string key, params (string Name, object? Value)[] values)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var command = Command(connection, Texts[key], key, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        do
        {
            while (await reader.ReadAsync())
            {
                rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                    reader.GetName, column => reader.IsDBNull(column) ? null : reader.GetValue(column), StringComparer.OrdinalIgnoreCase));
            }
        }
        while (await reader.NextResultAsync());

        return rows;
    }

    /// <summary>What Orleans reads of a statement that says whether it did something: one row of one column, always.</summary>
    public async Task<bool> SaysAsync(string key, params (string Name, object? Value)[] values) =>
        Convert.ToBoolean(Assert.Single(Assert.Single(await RunAsync(key, values))).Value, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The plan of a statement, with the table's size left aside.</summary>
    public async Task<string> PlanAsync(string key, params (string Name, object? Value)[] values)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using (var no = new NpgsqlCommand("set enable_seqscan = off", connection))
            await no.ExecuteNonQueryAsync();
        await using var command = Command(connection, $"explain {Texts[key]}", key, values);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, string key, (string Name, object? Value)[] values)
    {
        Assert.Equal(Supplied[key].Order(StringComparer.Ordinal), values.Select(value => value.Name).Order(StringComparer.Ordinal));
        var command = new NpgsqlCommand(text, connection);
        foreach (var (name, value) in values)
        {
            // A period is sent as the smallest integer that holds it.
            var type = name == "Period" ? value is int ? DbType.Int32 : DbType.Int64 : Types[name];
            command.Parameters.Add(new NpgsqlParameter { ParameterName = name, DbType = type, Value = value ?? DBNull.Value });
        }

        return command;
    }
}
