using System.Globalization;
using Npgsql;

namespace MetaGrains.Bench.Measure;

/// <summary>CPU of a whole PostgreSQL server on this machine: backends, those that have ended, and all that writes and cleans up.</summary>
internal sealed class ServerProcesses
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double SecondsPerTick = 0.01;

    private readonly int _postmaster;

    private ServerProcesses(int postmaster) => _postmaster = postmaster;

    /// <exception cref="InvalidOperationException">The server is on another machine.</exception>
    public static async Task<ServerProcesses> FindAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        return Read(connection.ProcessID) is { Name: "postgres" } backend
            ? new ServerProcesses(backend.Parent)
            : throw new InvalidOperationException("The CPU of PostgreSQL is a part of this benchmark, so its server must run on this machine, under Linux.");
    }

    public double CpuSeconds()
    {
        var ticks = Read(_postmaster) is { } postmaster ? postmaster.Own + postmaster.OfEnded : 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } process && process.Parent == _postmaster)
                ticks += process.Own;
        }

        return ticks * SecondsPerTick;
    }

    // "pid (name) state ppid … utime stime cutime cstime …"; a process may end at any moment.
    private static Usage? Read(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var end = text.LastIndexOf(')');
            var words = text[(end + 2)..].Split(' ');
            return new Usage(text[(text.IndexOf('(') + 1)..end], int.Parse(words[1], CultureInfo.InvariantCulture), Ticks(11) + Ticks(12), Ticks(13) + Ticks(14));

            long Ticks(int place) => long.Parse(words[place], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private sealed record Usage(string Name, int Parent, long Own, long OfEnded);
}
