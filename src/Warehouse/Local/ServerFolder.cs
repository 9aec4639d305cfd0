using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.Warehouse.Local;

/// <summary>Where one private server keeps its files: the cluster, its log, its socket, its password and its port.</summary>
internal sealed class ServerFolder
{
    // sun_path holds 108 bytes with its terminator; PostgreSQL appends "/.s.PGSQL.65535".
    private const int LongestSocketFolder = 107 - 16;

    private ServerFolder(string root) => Root = root;

    public string Root { get; }

    public string Data => Path.Combine(Root, "data");

    public string Log => Path.Combine(Root, "server.log");

    public string PasswordFile => Path.Combine(Root, "password");

    private string PortFile => Path.Combine(Root, "port");

    /// <summary>Major version of the cluster; null before it exists.</summary>
    public int? MajorVersion => Initialised ? int.Parse(File.ReadAllText(Path.Combine(Data, "PG_VERSION")), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) : null;

    public bool Initialised => File.Exists(Path.Combine(Data, "PG_VERSION"));

    public string PostmasterFile => Path.Combine(Data, "postmaster.pid");

    public string Password => File.ReadAllText(PasswordFile).Trim();

    /// <summary>Inside the state folder where the account can get there, else below /var/tmp with a link to it.</summary>
    public static async Task<ServerFolder> OpenAsync(LocalPostgresOptions options, ServerAccount account, CancellationToken cancellationToken)
    {
        var wanted = Path.GetFullPath(Path.Combine(options.StateDirectory, options.Name));
        try
        {
            // An empty one that is closed to the account is what a start leaves that was killed before it handed it over.
            if (!Directory.Exists(wanted) || (IsEmpty(wanted) && !await account.CanWriteAsync(PlaceOf(wanted), cancellationToken)))
                await MakeAsync(wanted, account, cancellationToken);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new LocalPostgresException(Unwritable(options, refused), refused);
        }

        var place = PlaceOf(wanted);
        if (!await account.CanWriteAsync(place, cancellationToken))
            throw new LocalPostgresException($"{wanted} cannot be written by the account that PostgreSQL runs under: make it writable, or remove it.");
        // The account cannot follow a link inside a folder that is closed to it, so it is given the place itself.
        return new ServerFolder(place);
    }

    /// <summary>What a person is told when the state folder is closed to us.</summary>
    public static string Unwritable(LocalPostgresOptions options, Exception refused) =>
        $"{options.StateDirectory} cannot be written: {refused.Message.ReplaceLineEndings(" ")} Run from a checkout that you may write to, or set METAGRAINS_DATABASE_URL.";

    /// <summary>
    /// The socket's folder; null where the path is too long for one, or has a character that the setting, a list in
    /// quotes, cannot hold. TCP alone must do there.
    /// </summary>
    public string? SocketFolder()
    {
        var folder = Path.Combine(Root, "run");
        if (OperatingSystem.IsWindows() || Encoding.UTF8.GetByteCount(folder) > LongestSocketFolder || folder.IndexOfAny(['\'', '"', ',']) >= 0)
            return null;
        Directory.CreateDirectory(folder);
        return folder;
    }

    public int? RememberedPort() =>
        File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    public void RememberPort(int port) => File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Removes the lock file of a server that was killed and that nobody has waited for, as in a container without an
    /// init process: its number is still taken, by a zombie, and PostgreSQL would believe it alive. Its shared memory,
    /// should another of its processes still be there, keeps a second server out as before.
    /// </summary>
    public void ForgetZombie()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(PostmasterFile))
            return;
        var stat = $"/proc/{File.ReadLines(PostmasterFile).FirstOrDefault()}/stat";
        try
        {
            // "4711 (postgres) Z 1 …": the state follows the name, which may hold anything.
            var text = File.Exists(stat) ? File.ReadAllText(stat) : "";
            if (text[(text.LastIndexOf(')') + 1)..].StartsWith(" Z", StringComparison.Ordinal))
                File.Delete(PostmasterFile);
        }
        catch (IOException)
        {
            // It was waited for in this very moment.
        }
    }

    /// <summary>Makes the password of the superuser; readable by us alone.</summary>
    public void MakePassword()
    {
        File.Delete(PasswordFile);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // From its first moment, not by a later chmod.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(PasswordFile, options);
        writer.Write(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
    }

    private static bool IsEmpty(string folder) => !Directory.EnumerateFileSystemEntries(folder).Any();

    private static string PlaceOf(string folder) => new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;

    private static async Task MakeAsync(string wanted, ServerAccount account, CancellationToken cancellationToken)
    {
        // A link whose goal is empty or was swept out of /var/tmp: there is nothing to keep.
        if (new DirectoryInfo(wanted).LinkTarget is not null)
            File.Delete(wanted);
        Directory.CreateDirectory(wanted);
        await account.GiveAsync(wanted, cancellationToken);
        if (await account.CanWriteAsync(wanted, cancellationToken))
            return;
        // A folder above is closed to the account: a checkout in root's home, say. The name is random, since everybody
        // may write to /var/tmp: what another user put there under a name they could guess would be given away by us.
        var elsewhere = $"/var/tmp/metagrains-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(elsewhere, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.GiveAsync(elsewhere, cancellationToken);
        Directory.Delete(wanted);
        Directory.CreateSymbolicLink(wanted, elsewhere);
    }
}
