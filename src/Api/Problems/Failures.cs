using MetaGrains.Warehouse.Migrations;
using Npgsql;
using Orleans.Runtime.Messaging;
using Polly.Timeout;

namespace MetaGrains.Api.Problems;

/// <summary>Turns an exception into what its caller may know of it.</summary>
internal static class Failures
{
    private const int Soon = 2;
    private const int Later = 10;

    private const string DatabaseAway = "PostgreSQL does not answer.";
    private const string TryAgain = "Try again after the seconds of Retry-After; nothing is known to have changed.";

    /// <summary>The problem; anything unknown is a defect, which tells nothing of the exception.</summary>
    public static ProblemException Explain(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ProblemException.TooLarge(Json.Body.MaxBytes),
        BadHttpRequestException => ProblemException.Malformed("The request could not be read to its end."),
        _ when IsDatabaseAway(exception) => ProblemException.Unavailable(DatabaseAway, TryAgain, Soon),
        _ when IsSchemaMissing(exception) => ProblemException.Unavailable(
            "The database lacks the current schema.", "The operator runs './metagrains migrate' on it.", Later),
        _ when IsSiloAway(exception) => NoSilo(),
        _ => ProblemException.Defect(),
    };

    public static ProblemException NoSilo() => ProblemException.Unavailable("No silo answers.", TryAgain, Soon);

    /// <summary>Whether PostgreSQL is down, restarting, full or refuses to serve, so that the same request may succeed later.</summary>
    public static bool IsDatabaseAway(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.IdleSessionTimeout or PostgresErrorCodes.ObjectNotInPrerequisiteState
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InvalidCatalogName
            or PostgresErrorCodes.QueryCanceled
            || refused.SqlState.StartsWith("08", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("28", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("53", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("58", StringComparison.Ordinal),
        // What is no answer of the server is a broken, refused or late connection, or a pool with none left.
        NpgsqlException => true,
        _ => false,
    };

    private static bool IsSchemaMissing(Exception exception) => exception is MigrationException
        or PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction };

    /// <summary>Whether no silo took the call, or none answered in time.</summary>
    public static bool IsSiloAway(Exception exception) =>
        exception is OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException or LimitExceededException
            or TimeoutException or TimeoutRejectedException;
}
