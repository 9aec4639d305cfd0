using System.Net;
using MetaGrains.Engine.Database;
using MetaGrains.Engine.Network;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>Finds gateways in <c>engine.silos</c>.</summary>
internal sealed class PostgresGateways(IOptions<AdoNetClusteringClientOptions> options, IOptions<ClusterOptions> cluster) : IGateways, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source =
        PostgresSource.Open("Client clustering", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);

    public async Task<IReadOnlyList<IPEndPoint>> FindAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            select gateway from engine.silos
            where cluster_id = $1 and status = 3 and gateway <> '' and heartbeat_at > clock_timestamp() - 2 * period
            """;
        await using var command = _source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster.Value.ClusterId });
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<IPEndPoint>();
            while (await reader.ReadAsync(cancellationToken))
                found.Add(IPEndPoint.Parse(reader.GetString(0)));
            return found;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // No silo was ever here: the first one makes the tables.
            return [];
        }
    }

    public ValueTask DisposeAsync() => options.Value.DataSource is null ? _source.DisposeAsync() : ValueTask.CompletedTask;
}
