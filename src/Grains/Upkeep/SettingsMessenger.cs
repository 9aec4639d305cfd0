using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Upkeep;

/// <summary>Looks who is behind PostgreSQL and tells them, so many at a time, until nobody is left who can be told now.</summary>
internal sealed partial class SettingsMessenger(
    SettingsWatch watch, IGrainFactory grains, IOptions<SettingsListenerOptions> options, TimeProvider clock, ILogger<SettingsMessenger> logger)
{
    private readonly SettingsListenerOptions _options = options.Value;
    private readonly ToldGrains _told = new(options.Value);

    /// <summary>Looks and tells. One at a time.</summary>
    /// <returns>How many were told.</returns>
    public async Task<int> TellAllAsync(CancellationToken cancellationToken)
    {
        for (var count = 0; ;)
        {
            var now = clock.GetUtcNow();
            // So many more that those who are left alone cannot fill the page.
            var found = await watch.FindAsync(now - _options.Settle, now, _options.PageSize + _told.HeldCount(now), cancellationToken);
            Behind[] behind = [.. found.Where(grain => !_told.Holds(grain, now))];
            if (behind.Length == 0)
            {
                _told.Forget(now);
                return count;
            }

            await TellPageAsync(behind, cancellationToken);
            count += behind.Length;
        }
    }

    private async Task TellPageAsync(Behind[] page, CancellationToken cancellationToken)
    {
        var succeeded = new bool[page.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, page.Length),
            new ParallelOptions { MaxDegreeOfParallelism = _options.AtOnce, CancellationToken = cancellationToken },
            async (index, cancellation) => succeeded[index] = await TryTellAsync(page[index], cancellation));
        var now = clock.GetUtcNow();
        for (var index = 0; index < page.Length; index++)
            _told.Add(page[index], succeeded[index], now);
    }

    private async Task<bool> TryTellAsync(Behind behind, CancellationToken cancellationToken)
    {
        try
        {
            await TellAsync(behind, cancellationToken);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogUntold(logger, failure, behind.Kind, behind.Tenant.ToString(), behind.Id);
            return false;
        }
    }

    private async Task TellAsync(Behind behind, CancellationToken cancellationToken)
    {
        switch (behind.Kind)
        {
            case BehindKind.Account or BehindKind.Run:
                await grains.AdAccount(new AdAccountKey(behind.Tenant, AdAccountId.Parse(behind.Id))).RefreshAsync();
                break;
            case BehindKind.Budget:
                await grains.RateLimit(new TenantKey(behind.Tenant)).ReconfigureAsync();
                await watch.BudgetAppliedAsync(behind, cancellationToken);
                break;
            case BehindKind.Connection:
                await grains.Connection(new ConnectionKey(Guid.Parse(behind.Id))).RefreshAsync();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(behind), behind.Kind, "Unknown kind.");
        }
    }

    [LoggerMessage(EventId = 3301, Level = LogLevel.Warning, Message = "{Kind} of tenant {Tenant} {Id} could not be told what has changed; it is tried again")]
    private static partial void LogUntold(ILogger logger, Exception failure, BehindKind kind, string tenant, string id);
}
