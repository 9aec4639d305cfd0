namespace MetaGrains.Warehouse.Local;

/// <summary>Which private server is meant.</summary>
/// <param name="StateDirectory">The checkout's <c>.metagrains</c> folder: two checkouts have two servers.</param>
/// <param name="Name">Name of the server within it; part of paths. Default: <c>postgres</c>.</param>
public sealed record LocalPostgresOptions(string StateDirectory, string Name = "postgres")
{
    /// <summary>False for tests alone: the server then forgets what a power cut would lose, and is faster.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Told what is going on, one line at a time.</summary>
    public Action<string>? Progress { get; init; }
}
