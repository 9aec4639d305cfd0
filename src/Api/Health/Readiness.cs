using MetaGrains.Api.Problems;
using MetaGrains.Api.Silo;
using MetaGrains.Warehouse.Migrations;

namespace MetaGrains.Api.Health;

/// <summary>Finds what the API needs and does not have.</summary>
internal sealed class Readiness(Migrator migrator, SiloCalls silo, TimeProvider clock, ILogger<Readiness> logger)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    /// <summary>A sentence for each thing that is missing; none when all is there.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(DatabaseAsync(cancellationToken), SiloAsync(cancellationToken));
        return [.. answers.OfType<string>()];
    }

    private async Task<string?> DatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            var plan = await migrator.PlanAsync(cancellationToken).WaitAsync(Short, clock, cancellationToken);
            return plan.Missing.Count == 0 ? null : $"The database lacks {plan.Missing.Count} migrations: run './metagrains migrate'.";
        }
        catch (MigrationException other)
        {
            return other.Message;
        }
        catch (Exception exception) when (Failures.IsDatabaseAway(exception) || exception is TimeoutException)
        {
            HealthLog.DatabaseAway(logger, exception.Message);
            return "PostgreSQL does not answer.";
        }
    }

    private async Task<string?> SiloAsync(CancellationToken cancellationToken)
    {
        var hosts = await silo.LookAsync(
            "the cluster", async grains => (Dictionary<SiloAddress, SiloStatus>?)await grains.GetGrain<IManagementGrain>(0).GetHosts(true), cancellationToken);
        return hosts is { Count: > 0 } ? null : "No silo answers.";
    }
}
