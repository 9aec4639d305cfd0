using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Rest;

/// <summary>Waits until the ad accounts behind a connection are known.</summary>
internal sealed class Discovery(ApiClient api, Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(5);

    /// <summary>The connection as it is when its accounts are known, or when Meta has refused.</summary>
    /// <exception cref="CliException">Neither came about in time.</exception>
    public async Task<Connection> WaitAsync(string tenant, Connection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        terminal.Progress($"asking for the ad accounts of connection {connection.Name}");
        var began = clock.GetTimestamp();
        var told = began;
        while (connection.Status == "discovering")
        {
            if (clock.GetElapsedTime(began) > patience)
                throw CliException.Unavailable($"The ad accounts of connection {connection.Name} were not known within {patience.TotalSeconds:0} s; it goes on by itself. Does a silo run? See ./metagrains cluster and ./metagrains accounts.");
            if (clock.GetElapsedTime(told) > Tell)
            {
                told = clock.GetTimestamp();
                terminal.Progress($"still asking after {clock.GetElapsedTime(began).TotalSeconds:0} s");
            }

            await Task.Delay(Pause, clock, cancellationToken);
            connection = await api.GetAsync<Connection>(Routes.Connection(tenant, connection.Id), cancellationToken);
        }

        return connection;
    }
}
