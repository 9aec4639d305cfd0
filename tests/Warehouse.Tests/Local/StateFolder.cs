using System.Runtime.Versioning;
using MetaGrains.Warehouse.Local;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Local;

/// <summary>A checkout's state folder of one test. Whatever runs in it is stopped and all of it removed in the end.</summary>
internal sealed class StateFolder : IAsyncDisposable
{
    private readonly string _root;

    private StateFolder(string root, string path) => (_root, Path) = (root, path);

    public string Path { get; }

    public LocalPostgresOptions Options => new(Path) { Durable = false };

    public string Server => System.IO.Path.Combine(Path, "postgres");

    public static StateFolder Create(params string[] below)
    {
        var root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mg-{Guid.NewGuid():N}"[..15]);
        Directory.CreateDirectory(root);
        return new StateFolder(root, System.IO.Path.Combine([root, .. below]));
    }

    /// <summary>A state folder below one that only root may enter.</summary>
    [UnsupportedOSPlatform("windows")]
    public static StateFolder CreateClosed()
    {
        var folder = Create("closed", ".metagrains");
        Directory.CreateDirectory(System.IO.Path.Combine(folder._root, "closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>Where the server's files really are.</summary>
    public string Place => !Directory.Exists(Server) ? Server : new DirectoryInfo(Server).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Server;

    public Task<LocalPostgres> StartAsync() => LocalPostgres.StartAsync(Options, default);

    public static async Task<T> ScalarAsync<T>(string url, string sql)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse(url).ConnectionString + ";Pooling=false;Timeout=10");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task<bool> IsUpAsync(string url)
    {
        try
        {
            return await ScalarAsync<int>(url, "select 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var place = Place;
        try
        {
            await LocalPostgres.StopAsync(Options, default);
        }
        catch (LocalPostgresException)
        {
            // The test broke the folder on purpose; nothing can run in it.
        }

        if (place != Server && Directory.Exists(place))
            Directory.Delete(place, recursive: true);
        Directory.Delete(_root, recursive: true);
    }
}
