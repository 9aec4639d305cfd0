namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>The app that calls.</summary>
/// <param name="ChecksProof">Whether a proof that comes with a token must be right.</param>
/// <param name="NeedsProof">Whether one must come.</param>
internal sealed record SimulatedApp(string Id, string Secret, bool ChecksProof, bool NeedsProof)
{
    /// <summary>The app's own token.</summary>
    public string Token => $"{Id}|{Secret}";
}
