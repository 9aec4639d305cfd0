namespace MetaGrains.Graph.Http;

/// <summary>Where the jitter comes from; a test injects its own.</summary>
/// <param name="Next">A number from 0 to just under 1.</param>
internal sealed record GraphChance(Func<double> Next);
