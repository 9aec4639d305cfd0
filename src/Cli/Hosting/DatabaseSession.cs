using MetaGrains.Cli.Output;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Local;

namespace MetaGrains.Cli.Hosting;

/// <summary>The database that a verb works in: the user's own, or the private server for as long as the verb runs.</summary>
public sealed class DatabaseSession : IAsyncDisposable
{
    private readonly LocalPostgres? _server;

    private DatabaseSession(string url, LocalPostgres? server) => (Url, _server) = (url, server);

    /// <summary>URL with password.</summary>
    public string Url { get; }

    /// <summary>Whether it is the private server.</summary>
    public bool IsPrivate => _server is not null;

    /// <summary>Options of the checkout's private server.</summary>
    public static LocalPostgresOptions Options(Checkout checkout, Terminal? terminal = null) =>
        new(checkout.StateDirectory) { Progress = terminal is null ? null : terminal.Progress };

    /// <summary>Uses <c>METAGRAINS_DATABASE_URL</c>, or starts or joins the private server.</summary>
    /// <exception cref="CliException">The URL is malformed.</exception>
    /// <exception cref="LocalPostgresException">There is no server to be had.</exception>
    public static async Task<DatabaseSession> OpenAsync(Checkout checkout, Terminal terminal, CancellationToken cancellationToken)
    {
        if (Settings.Read(Settings.DatabaseUrl) is { } url)
        {
            try
            {
                DatabaseUrl.Parse(url);
            }
            catch (FormatException malformed)
            {
                throw CliException.BadInput($"{Settings.DatabaseUrl}: {malformed.Message}", malformed);
            }

            return new DatabaseSession(url, server: null);
        }

        checkout.EnsureState();
        var server = await LocalPostgres.StartAsync(Options(checkout, terminal), cancellationToken);
        try
        {
            await server.EnsureDatabaseAsync(LocalPostgres.DefaultDatabase, cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return new DatabaseSession(server.DatabaseUrl(LocalPostgres.DefaultDatabase), server);
    }

    /// <summary>Leaves the private server up when the verb ends.</summary>
    public void Keep() => _server?.Keep();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
