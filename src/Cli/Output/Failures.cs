using System.Net.Sockets;
using MetaGrains.Core.Sync;
using MetaGrains.GraphSimulator;
using MetaGrains.Warehouse.Local;
using MetaGrains.Warehouse.Migrations;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MetaGrains.Cli.Output;

/// <summary>Turns the failures that a user can do something about into one line; anything else is a defect and keeps its trace.</summary>
public static class Failures
{
    /// <summary>The line and exit code for an exception, or null when it is none of those.</summary>
    public static CliException? Explain(Exception exception) => exception switch
    {
        CliException explained => explained,
        LocalPostgresException or GraphSimulatorStartException => CliException.Unavailable(exception.Message, exception),
        MigrationException or RecordedDataException => CliException.BadInput(exception.Message, exception),
        OptionsValidationException invalid => CliException.BadInput(string.Join(' ', invalid.Failures), invalid),
        PostgresException error => Explain(error),
        NpgsqlException { InnerException: SocketException refused } unreachable =>
            CliException.Unavailable($"PostgreSQL does not answer ({refused.Message}): is METAGRAINS_DATABASE_URL right, and the server up?", unreachable),
        NpgsqlException { InnerException: TimeoutException } slow =>
            CliException.Unavailable("PostgreSQL does not answer in time: is METAGRAINS_DATABASE_URL right, and the server reachable?", slow),
        SourceException answer => new CliException(ExitCode.Failed, answer.Message, answer),
        UnauthorizedAccessException closed => CliException.Unavailable(closed.Message, closed),
        _ => null,
    };

    private static CliException? Explain(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            CliException.BadInput($"PostgreSQL refuses the user or password of METAGRAINS_DATABASE_URL: {refused.MessageText}.", refused),
        PostgresErrorCodes.InvalidCatalogName =>
            CliException.BadInput($"{refused.MessageText}: create it, or correct METAGRAINS_DATABASE_URL.", refused),
        PostgresErrorCodes.InsufficientPrivilege =>
            CliException.BadInput($"PostgreSQL says {refused.MessageText}: the user of METAGRAINS_DATABASE_URL must own the database.", refused),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedColumn =>
            CliException.BadInput($"The database lacks the current schema ({refused.MessageText}): run ./metagrains migrate.", refused),
        PostgresErrorCodes.TooManyConnections =>
            CliException.Unavailable("PostgreSQL has no connection left: raise its max_connections.", refused),
        _ => null,
    };
}
