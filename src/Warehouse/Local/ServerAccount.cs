using System.ComponentModel;
using System.Diagnostics;

namespace MetaGrains.Warehouse.Local;

/// <summary>
/// The system account that the server's programs run under. PostgreSQL refuses to run as root, so root lends it an
/// unprivileged account; everybody else uses their own.
/// </summary>
internal sealed class ServerAccount
{
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    private readonly string? _user;

    private ServerAccount(string? user) => _user = user;

    /// <summary>The account for this process.</summary>
    public static ServerAccount Current()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root")
            return new ServerAccount(null);
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        var user = Unprivileged.FirstOrDefault(known.Contains)
            ?? throw new LocalPostgresException("PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody': start MetaGrains as another user, or set METAGRAINS_DATABASE_URL.");
        return new ServerAccount(user);
    }

    /// <summary>Hands a file or folder, with all that is in it, to the account.</summary>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (_user is null)
            return;
        var (exit, output) = await ExecuteAsync(asServer: false, ["chown", "-R", _user, path], cancellationToken);
        if (exit != 0)
            throw new LocalPostgresException($"{path} cannot be handed to user {_user}: {output}");
    }

    /// <summary>Whether the account can write in a folder: root's home, for one, is closed to it.</summary>
    public async Task<bool> CanWriteAsync(string folder, CancellationToken cancellationToken) =>
        _user is null || (await RunAsync(["test", "-w", folder, "-a", "-x", folder], cancellationToken)).Exit == 0;

    /// <summary>Runs a program under the account.</summary>
    public Task<(int Exit, string Output)> RunAsync(string[] command, CancellationToken cancellationToken) =>
        ExecuteAsync(asServer: true, command, cancellationToken);

    private async Task<(int Exit, string Output)> ExecuteAsync(bool asServer, string[] command, CancellationToken cancellationToken)
    {
        string[] lent = asServer && _user is not null ? ["setpriv", $"--reuid={_user}", $"--regid={_user}", "--init-groups", "--"] : [];
        string[] words = [.. Groupless(lent), .. command];
        var start = new ProcessStartInfo(words[0])
        {
            // The account may not be allowed into the folder we stand in.
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in words[1..])
            start.ArgumentList.Add(word);
        start.Environment["LC_ALL"] = "C";
        foreach (var inherited in new[] { "PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS" })
            start.Environment.Remove(inherited);
        using var process = Run(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, ((await output) + (await errors)).Trim());
        }
        catch (OperationCanceledException)
        {
            // Left alone, it would go on writing where the next start begins anew.
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Run(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new LocalPostgresException($"The program {start.FileName} cannot be run ({missing.Message}): install it, or set METAGRAINS_DATABASE_URL.", missing);
        }
    }

    // "nobody" belongs to the group "nogroup" on Debian; setpriv wants a group that exists.
    private string[] Groupless(string[] lent) =>
        lent.Length == 0 || !File.Exists("/etc/group") || File.ReadLines("/etc/group").Any(line => line.StartsWith(_user + ":", StringComparison.Ordinal))
            ? lent
            : [.. lent.Select(word => word.StartsWith("--regid=", StringComparison.Ordinal) ? "--regid=nogroup" : word)];
}
