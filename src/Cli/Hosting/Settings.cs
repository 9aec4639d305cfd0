using System.Globalization;
using MetaGrains.Cli.Output;
using MetaGrains.Warehouse.Migrations;
using MetaGrains.Warehouse.Secrets;
using Npgsql;

namespace MetaGrains.Cli.Hosting;

/// <summary>The environment variables that the command line reads.</summary>
public static class Settings
{
    /// <summary>A PostgreSQL of the user's; unset for the private server of the checkout.</summary>
    public const string DatabaseUrl = "METAGRAINS_DATABASE_URL";

    /// <summary>Seals tokens: 64 hexadecimal digits.</summary>
    public const string EncryptionKey = "ENCRYPTION_KEY";

    /// <summary>Graph API version, such as <c>v25.0</c>.</summary>
    public const string ApiVersion = "META_API_VERSION";

    /// <summary>Where the silo finds the Graph API.</summary>
    public const string ApiBaseUrl = "META_API_BASE_URL";

    /// <summary>1: the silo answers itself instead of asking Meta.</summary>
    public const string StubMode = "META_STUB_MODE";

    /// <summary>What silos and their callers prove to each other.</summary>
    public const string ClusterSecret = "METAGRAINS_CLUSTER_SECRET";

    /// <summary>The key that opens everything in the REST API.</summary>
    public const string OperatorKey = "METAGRAINS_OPERATOR_KEY";

    /// <summary>A key of the REST API that the verbs use; a tenant's sees that tenant alone.</summary>
    public const string ApiKey = "METAGRAINS_API_KEY";

    /// <summary>Where the REST API is, for the verbs that ask it.</summary>
    public const string ApiUrl = "METAGRAINS_API_URL";

    /// <summary>A token of Meta's for <c>connect</c>.</summary>
    public const string AccessToken = "META_ACCESS_TOKEN";

    /// <summary>Minutes between runs of the default tier, for the first migration of a database alone.</summary>
    public const string DefaultTierMinutes = "PERFORMANCE_SYNC_INTERVAL_MINUTES";

    private const int MonthInMinutes = 43_200;

    /// <summary>A variable, or null when it is unset or empty.</summary>
    public static string? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>What brings a database to this program's schema.</summary>
    /// <exception cref="CliException"><see cref="DefaultTierMinutes"/> is set to what is no number of minutes.</exception>
    internal static Migrator Migrator(NpgsqlDataSource database) => new(database, TimeProvider.System)
    {
        DefaultTierMinutes = Read(DefaultTierMinutes) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= MonthInMinutes ? minutes
            : throw CliException.BadInput($"{DefaultTierMinutes} must be a number of minutes from 1 to {MonthInMinutes}, not '{text}'."),
    };

    /// <summary>
    /// The key that seals tokens. A private server gets one of its own, made on first use and kept beside it; a
    /// database that outlives the checkout needs one that does, too.
    /// </summary>
    /// <exception cref="CliException">It is missing where one is required, or malformed.</exception>
    public static EncryptionKeys Keys(Checkout checkout)
    {
        try
        {
            return EncryptionKeys.Parse(KeyText(checkout));
        }
        catch (FormatException malformed)
        {
            throw CliException.BadInput(malformed.Message, malformed);
        }
    }

    /// <summary>The same as text, for the environment of a process that needs it; null where the user must give one.</summary>
    internal static string? KeyText(Checkout checkout) =>
        Read(EncryptionKey) ?? (Read(DatabaseUrl) is null ? LocalSecrets.EncryptionKey(checkout) : null);
}
