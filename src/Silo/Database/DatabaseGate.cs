using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using MetaGrains.Warehouse.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.Database;

/// <summary>Lets the silo start when PostgreSQL answers and has this program's schema. It changes nothing there.</summary>
internal static partial class DatabaseGate
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="StartRefusedException">It does not, and what to do.</exception>
    public static async Task PassAsync(SiloSettings settings, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        await using var database = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = settings.DatabaseUrl, MaxConnections = 1 });
        var began = clock.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                var plan = await CheckAsync(new Migrator(database, clock), cancellationToken);
                LogSchema(logger, plan.SchemaMode, plan.Applied[^1].Name);
                return;
            }
            catch (NpgsqlException away) when (MayComeBack(away))
            {
                if (clock.GetElapsedTime(began) > settings.Options.DatabasePatience)
                    throw StartRefusedException.Unavailable($"PostgreSQL does not answer ({OneLine(away)}): is {SiloSettings.DatabaseUrlName} right, and the server up?", away);
                if (!told)
                    LogWaiting(logger, OneLine(away));
            }
            catch (PostgresException refused)
            {
                throw StartRefusedException.BadInput($"PostgreSQL refuses what {SiloSettings.DatabaseUrlName} names: {refused.MessageText}.", refused);
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private static async Task<MigrationPlan> CheckAsync(Migrator migrator, CancellationToken cancellationToken)
    {
        try
        {
            var plan = await migrator.PlanAsync(cancellationToken);
            return plan.Refusal is { } refusal ? throw StartRefusedException.BadInput(refusal) : plan;
        }
        catch (MigrationException other)
        {
            throw StartRefusedException.BadInput(other.Message, other);
        }
    }

    // A server that starts or is full says so by an error; that it cannot be reached is no error of the server's.
    private static bool MayComeBack(NpgsqlException failure) =>
        failure is not PostgresException { IsTransient: false };

    private static string OneLine(NpgsqlException failure) => (failure.InnerException ?? failure).Message.ReplaceLineEndings(" ").TrimEnd('.');

    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "schemaMode: {Mode}; the last step is {Step}")]
    private static partial void LogSchema(ILogger logger, string mode, string step);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "PostgreSQL does not answer yet ({Why}); it is waited for")]
    private static partial void LogWaiting(ILogger logger, string why);
}
