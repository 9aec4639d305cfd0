namespace MetaGrains.Cli.Local;

/// <summary>What <see cref="LocalSystem"/> is to start.</summary>
/// <param name="Verb">Who asks: names the logs.</param>
/// <param name="Simulator">Arguments of <c>graph-sim</c>; null for the Graph API that the settings name.</param>
/// <param name="ApiUrls">Where the API is to listen.</param>
/// <param name="Outlives">Whether the processes stay when this one ends.</param>
internal sealed record LocalSystemRequest(string Verb, IReadOnlyList<string>? Simulator, string ApiUrls, bool Outlives)
{
    /// <summary>Number of silos.</summary>
    public int Silos { get; init; } = 1;
}
