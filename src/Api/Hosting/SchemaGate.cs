using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Migrations;

namespace MetaGrains.Api.Hosting;

/// <summary>
/// Lets the API start when the database has this program's schema. One that does not answer is no reason to stay down:
/// <c>/readyz</c> says so, and looks again.
/// </summary>
internal static partial class SchemaGate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="ApiConfigurationException">It has another, and what to do.</exception>
    public static async Task PassAsync(IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("MetaGrains.Api");
        try
        {
            var plan = await services.GetRequiredService<Migrator>().PlanAsync(CancellationToken.None)
                .WaitAsync(Patience, services.GetRequiredService<TimeProvider>());
            if (plan.Refusal is { } refusal)
                throw new ApiConfigurationException(refusal);
            LogSchema(logger, plan.SchemaMode, plan.Applied[^1].Name);
        }
        catch (MigrationException other)
        {
            throw new ApiConfigurationException(other.Message);
        }
        catch (Exception away) when (Failures.IsDatabaseAway(away) || away is TimeoutException)
        {
            LogUnknown(logger, away.Message);
        }
    }

    [LoggerMessage(EventId = 5021, Level = LogLevel.Information, Message = "schemaMode: {Mode}; the last step is {Step}")]
    private static partial void LogSchema(ILogger logger, string mode, string step);

    [LoggerMessage(EventId = 5022, Level = LogLevel.Warning, Message = "schemaMode: unknown, since PostgreSQL does not answer ({Why})")]
    private static partial void LogUnknown(ILogger logger, string why);
}
