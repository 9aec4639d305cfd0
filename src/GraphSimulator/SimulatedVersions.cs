namespace MetaGrains.GraphSimulator;

/// <summary>Which versions of the API are alive. Numbers: 25 is <c>v25.0</c>.</summary>
/// <param name="Newest">The newest there is; a higher one does not exist.</param>
/// <param name="OldestCurrent">Older ones are deprecated for the Marketing API.</param>
/// <param name="OldestUpgraded">
/// Deprecated versions down to this one are upgraded to the oldest current one, and the answer warns; older ones are
/// dead and answer 2635.
/// </param>
public sealed record SimulatedVersions(int Newest = 26, int OldestCurrent = 25, int OldestUpgraded = 22)
{
    internal string NewestName => Name(Newest);

    internal static string Name(int number) => $"v{number}.0";
}
