namespace MetaGrains.Grains.Interfaces.Connections;

/// <summary>
/// One connection of a tenant to Meta: it lists the ad accounts that the token sees. Key format: <c>conn/{uuid}</c>.
/// What is asked of it is a row in PostgreSQL before it is a call here, so a call that is lost loses nothing; how far it
/// is stands in <c>integrations</c>.
/// </summary>
[Alias("metagrains.IConnectionGrain")]
public interface IConnectionGrain : IGrainWithStringKey
{
    /// <summary>Reads the connection from PostgreSQL again and begins to list its accounts if that was asked for. Never waits for Meta.</summary>
    /// <returns>False when there is no such connection.</returns>
    [Alias("Refresh")]
    Task<bool> RefreshAsync();
}
