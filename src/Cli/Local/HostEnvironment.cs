using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;

namespace MetaGrains.Cli.Local;

/// <summary>
/// The variables that a silo and an API need on top of the user's own. What the user has set stays; with a private
/// database, keys and secrets that are missing are those of the checkout.
/// </summary>
internal static class HostEnvironment
{
    /// <summary>For a host of its own.</summary>
    /// <exception cref="CliException">A database of the user's needs keys of the user's.</exception>
    public static Dictionary<string, string?> Complete(Checkout checkout, DatabaseSession database)
    {
        // Said here and not by the child, so that nothing is started.
        _ = Settings.Keys(checkout);
        var variables = new Dictionary<string, string?>
        {
            [Settings.DatabaseUrl] = database.Url,
            [Settings.EncryptionKey] = Settings.KeyText(checkout),
        };
        if (!database.IsPrivate)
            return variables;
        if (Settings.Read(Settings.ClusterSecret) is null)
            variables[Settings.ClusterSecret] = LocalSecrets.ClusterSecret(checkout);
        if (Settings.Read(Settings.OperatorKey) is null)
            variables[Settings.OperatorKey] = LocalSecrets.OperatorKey(checkout);
        return variables;
    }

    /// <summary>For hosts that are local all together: they need nothing from the user, whatever the database.</summary>
    /// <param name="graph">The simulator; null for the Graph API that the settings name.</param>
    public static Dictionary<string, string?> Local(Checkout checkout, DatabaseSession database, Uri? graph)
    {
        var variables = Complete(checkout, database);
        variables[Settings.ClusterSecret] = Settings.Read(Settings.ClusterSecret) ?? LocalSecrets.ClusterSecret(checkout);
        variables[Settings.OperatorKey] = Settings.Read(Settings.OperatorKey) ?? LocalSecrets.OperatorKey(checkout);
        if (graph is not null)
        {
            variables[Settings.ApiBaseUrl] = graph.AbsoluteUri;
            variables[Settings.StubMode] = null;
        }

        return variables;
    }
}
