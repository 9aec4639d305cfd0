using System.Diagnostics;
using MetaGrains.Warehouse.Local;

namespace MetaGrains.Testing;

/// <summary>A PostgreSQL server of one test, which can take it away and bring it back. It loses nothing that was committed.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("metagrains-postgres-").FullName;
    private readonly List<LocalPostgres> _starts = [];

    private PrivatePostgres()
    {
    }

    /// <summary>Makes databases on it.</summary>
    public TestPostgres Server { get; private set; } = null!;

    private LocalPostgresOptions Options => new(_root, "private");

    private string PidFile => Path.Combine(_root, "private", "data", "postmaster.pid");

    public static async Task<PrivatePostgres> StartAsync()
    {
        var postgres = new PrivatePostgres();
        await postgres.ComeAsync();
        postgres.Server = await TestPostgres.OnAsync(postgres._starts[0]);
        return postgres;
    }

    /// <summary>Ends the server at once, without a word to anybody (<c>pg_ctl stop -m immediate</c>).</summary>
    public async Task GoAsync()
    {
        var lines = await File.ReadAllLinesAsync(PidFile);
        using var kill = Process.Start("kill", ["-QUIT", lines[0]]);
        await kill.WaitForExitAsync();
        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists(PidFile)), "the server has ended");
    }

    /// <summary>Starts it again, at the same port.</summary>
    public async Task ComeAsync() => _starts.Add(await LocalPostgres.StartAsync(Options, CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        foreach (var start in _starts)
            await start.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
