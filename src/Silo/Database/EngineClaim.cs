using MetaGrains.Silo.Hosting;
using MetaGrains.Silo.Settings;
using MetaGrains.Warehouse;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MetaGrains.Silo.Database;

/// <summary>Both engines keep state and reminders in the same tables, so the silo starts only where none of the other engine lives.</summary>
internal static partial class EngineClaim
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="StartRefusedException">One lives, and went on living.</exception>
    public static async Task MakeAsync(SiloSettings settings, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(DatabaseUrl.ForEngine(settings.DirectUrl ?? settings.DatabaseUrl).ConnectionString);
        var began = clock.GetTimestamp();
        for (var told = false; await TryAsync(database, cancellationToken) is { } why; told = true)
        {
            if (clock.GetElapsedTime(began) >= settings.Options.JoinPatience)
                throw StartRefusedException.Unavailable($"The engine {BuildInfo.GrainEngine} cannot start: {why}. Stop that cluster first.");
            if (!told)
                LogWaiting(logger, why);
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    private static async Task<string?> TryAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select engine.claim($1, $2, $3)");
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        command.Parameters.Add(new() { Value = EngineSetup.ClusterName });
        command.Parameters.Add(new() { Value = BuildInfo.GrainEngine });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "The silo does not start yet: {Why}")]
    private static partial void LogWaiting(ILogger logger, string why);
}
