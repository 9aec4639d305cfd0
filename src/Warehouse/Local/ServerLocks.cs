namespace MetaGrains.Warehouse.Local;

/// <summary>
/// Who may start or stop a private server, and who uses it: file locks, which the system releases when a process
/// dies, however it dies.
/// </summary>
internal static class ServerLocks
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>One process at a time starts or stops.</summary>
    public static async Task<IDisposable> TakeTurnAsync(LocalPostgresOptions options, CancellationToken cancellationToken)
    {
        var path = LockFile(options, "turn");
        MakeStateDirectory(options);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Retry, TimeProvider.System, cancellationToken);
            }
            catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
            {
                throw new LocalPostgresException(
                    File.Exists(path) && refused is IOException
                        ? $"Another process of this checkout has been starting or stopping PostgreSQL for {Patience.TotalMinutes:0} minutes: end it and try again."
                        : ServerFolder.Unwritable(options, refused),
                    refused);
            }
        }
    }

    private static void MakeStateDirectory(LocalPostgresOptions options)
    {
        try
        {
            Directory.CreateDirectory(options.StateDirectory);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new LocalPostgresException(ServerFolder.Unwritable(options, refused), refused);
        }
    }

    /// <summary>Says that this process uses the server, until the stream is disposed. Take a turn first.</summary>
    public static FileStream Use(LocalPostgresOptions options) =>
        new(LockFile(options, "use"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);

    /// <summary>Whether no process says that it uses the server. Take a turn first.</summary>
    public static bool NobodyUses(LocalPostgresOptions options)
    {
        try
        {
            using var probe = new FileStream(LockFile(options, "use"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Stands while the server is to outlive its users.</summary>
    public static string KeepFile(LocalPostgresOptions options) => LockFile(options, "keep");

    private static string LockFile(LocalPostgresOptions options, string purpose) =>
        Path.Combine(options.StateDirectory, $"{options.Name}.{purpose}");
}
