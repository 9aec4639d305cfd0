using System.Net;
using MetaGrains.Engine.Database;
using MetaGrains.Engine.Network;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>Finds gateways, and who owns what, in the cluster's tables.</summary>
internal sealed class PostgresGateways(IOptions<AdoNetClusteringClientOptions> options, IOptions<ClusterOptions> cluster) : IGateways, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source =
        PostgresSource.Open("Client clustering", options.Value.Invariant, options.Value.ConnectionString, options.Value.DataSource);

    public async Task<GatewayList> FindAsync(CancellationToken cancellationToken)
    {
        const string sql = """
            select gateway, array(select partition from engine.partitions p where p.service_id = s.service_id and p.owner = s.silo order by partition),
                   array(select epoch from engine.partitions p where p.service_id = s.service_id and p.owner = s.silo order by partition)
            from engine.silo_health s
            where service_id = $1 and cluster_id = $2 and status in (3, 4) and gateway <> '' and not is_gone
            """;
        await using var command = _source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster.Value.ServiceId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cluster.Value.ClusterId });
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var (found, owners) = (new List<IPEndPoint>(), new List<(int, Route)>());
            while (await reader.ReadAsync(cancellationToken))
            {
                var gateway = IPEndPoint.Parse(reader.GetString(0));
                found.Add(gateway);
                owners.AddRange(reader.GetFieldValue<int[]>(1).Zip(reader.GetFieldValue<long[]>(2), (partition, epoch) => (partition, new Route(gateway, epoch))));
            }

            return new GatewayList(found, owners);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // No silo was ever here: the first one makes the tables.
            return new GatewayList([], []);
        }
    }

    public ValueTask DisposeAsync() => options.Value.DataSource is null ? _source.DisposeAsync() : ValueTask.CompletedTask;
}
