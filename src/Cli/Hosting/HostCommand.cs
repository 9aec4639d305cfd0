namespace MetaGrains.Cli.Hosting;

/// <summary>A process to be started.</summary>
/// <param name="Name">What people call it: <c>silo</c>, <c>api</c>, <c>graph-sim</c>.</param>
/// <param name="Words">Program and arguments. Secrets go by <paramref name="Environment"/>: anybody may read a command line.</param>
/// <param name="Environment">Variables on top of this process's own; null removes one.</param>
/// <param name="LogFile">Gets its standard error.</param>
internal sealed record HostCommand(string Name, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string?> Environment, string LogFile)
{
    /// <summary>How long it may take until it says that it is ready.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether it stays when this process ends. Otherwise it is given a standard input that ends with this process.</summary>
    public bool Outlives { get; init; }

    /// <summary>The command of a .NET program.</summary>
    public static HostCommand Dotnet(string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string logFile) =>
        new(name, [Runtime, program, .. arguments], environment, logFile);

    /// <summary>The <c>dotnet</c> that runs this process, else the one on the path.</summary>
    public static string Runtime =>
        System.Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
}
