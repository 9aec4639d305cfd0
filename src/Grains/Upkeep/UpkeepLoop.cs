using MetaGrains.Warehouse.Upkeep;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Upkeep;

/// <summary>
/// Keeps the warehouse in shape: at the start of every silo, and then every so often. All silos do it; PostgreSQL lets
/// one of them work. A round that fails is tried again and stops nothing.
/// </summary>
internal sealed partial class UpkeepLoop(
    WarehouseUpkeep upkeep, AccountLearning learning, TenantErasure erasure, IOptions<UpkeepOptions> options, TimeProvider clock, ILogger<UpkeepLoop> logger)
{
    private const double JitterShare = 0.1;

    private readonly UpkeepOptions _options = options.Value;

    /// <summary>Chance, in [0,1), for the pause between two rounds.</summary>
    internal Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        for (var pause = _options.First; await RestAsync(pause, cancellationToken); pause = Pause(failures))
            failures = await RoundAsync(cancellationToken) ? 0 : failures + 1;
    }

    private async Task<bool> RestAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    private TimeSpan Pause(int failures)
    {
        if (failures == 0)
            return _options.Every * (1 + (JitterShare * Chance()));
        var pause = _options.Retry * Math.Pow(2, Math.Min(failures - 1, 20));
        return pause < _options.Every ? pause : _options.Every;
    }

    private async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await upkeep.RunAsync(cancellationToken);
            UpkeepMetrics.Round(report);
            if (report.Ran)
                LogRound(logger, report.Made, report.Detached.Count, report.AbandonedRuns, report.StagedRows, report.LogRows);
            var learned = await learning.RunAsync(cancellationToken);
            if (learned.Looked > 0)
                LogLearned(logger, learned.Looked, learned.Changed, learned.Moved);
            return await EraseAsync(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception failure)
        {
            UpkeepMetrics.Failed();
            LogFailed(logger, failure);
            return false;
        }
    }

    private async Task<bool> EraseAsync(CancellationToken cancellationToken)
    {
        var whole = true;
        foreach (var result in await erasure.RunAsync(_options.EraseAfter, cancellationToken))
        {
            if (result.Erased is { } erased)
            {
                UpkeepMetrics.Erased();
                LogErased(logger, erased.Rows.Values.Sum(), erased.Rows.Count);
            }
            else
            {
                LogNotErased(logger, result.Failure);
                whole = false;
            }
        }

        return whole;
    }

    [LoggerMessage(EventId = 3331, Level = LogLevel.Information, Message = "Upkeep: {Made} months made, {Detached} detached, {Abandoned} runs of dead processes given up, {Staged} staged rows and {Logs} old rows of logs removed")]
    private static partial void LogRound(ILogger logger, int made, int detached, int abandoned, long staged, long logs);

    [LoggerMessage(EventId = 3335, Level = LogLevel.Information, Message = "Looked at {Looked} accounts: {Changed} are read further back or less far, {Moved} moved to another tier")]
    private static partial void LogLearned(ILogger logger, int looked, int changed, int moved);

    [LoggerMessage(EventId = 3332, Level = LogLevel.Warning, Message = "A round of upkeep failed; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(EventId = 3333, Level = LogLevel.Information, Message = "A tenant that was deleted is erased: {Rows} rows of {Tables} tables")]
    private static partial void LogErased(ILogger logger, long rows, int tables);

    [LoggerMessage(EventId = 3334, Level = LogLevel.Warning, Message = "A tenant that was deleted could not be erased; it is tried again")]
    private static partial void LogNotErased(ILogger logger, Exception? failure);
}
