using System.Diagnostics.CodeAnalysis;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Throttling;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Errors;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Connections;

/// <summary>
/// One listing of a connection's ad accounts, on threads of its own: it touches no grain state. How it ended stands in
/// <c>integrations</c>; pages that were stored before it failed stay, since each account is true by itself.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing that must be released.")]
internal sealed partial class DiscoveryPump(
    DiscoveryServices services, ConnectionKey connection, DiscoveryRecord wanted, BudgetPermits permits, ILogger logger)
{
    private const int AccountsPerWrite = 100;

    private readonly CancellationTokenSource _cancelled = new();
    private readonly HashSet<AdAccountId> _seen = [];

    /// <summary>The request that it serves.</summary>
    public DateTimeOffset RequestedAt { get; } = wanted.RequestedAt ?? throw new ArgumentException("Nobody asked for it.", nameof(wanted));

    /// <summary>Asks it to stop; it ends as if it had not been.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <summary>Runs to the end. Never throws.</summary>
    /// <returns>False when it could not even be noted how it ended.</returns>
    public async Task<bool> RunAsync()
    {
        try
        {
            if (await ListAsync() is { } failure)
            {
                await services.Store.FailedAsync(connection.Connection, RequestedAt, failure, _cancelled.Token);
                LogFailed(logger, connection.ToString(), failure.Message, failure.RetryAt);
            }

            return true;
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception broken)
        {
            LogBroken(logger, broken, connection.ToString());
            return false;
        }
        finally
        {
            await ReturnPermitsAsync();
        }
    }

    // Permits that do not come back stay charged.
    private async Task ReturnPermitsAsync()
    {
        try
        {
            await permits.ReturnAsync();
        }
        catch (Exception unanswered)
        {
            LogBudget(logger, unanswered, connection.ToString());
        }
    }

    private async Task<DiscoveryFailure?> ListAsync()
    {
        try
        {
            var token = await services.Integrations.TokenAsync(connection.Connection, _cancelled.Token);
            await foreach (var page in PagesAsync(services.Graph.ListAsync(token, permits, _cancelled.Token)))
            {
                // Somebody may have taken the token away, or asked anew with another one.
                if (await services.Store.FindAsync(connection.Connection, _cancelled.Token) is not { Wanted: true } now || now.RequestedAt != RequestedAt)
                    return null;
                await services.Accounts.UpsertAsync(now.Tenant, connection.Connection, page, now.EnableTier, _cancelled.Token);
            }

            await services.Store.DoneAsync(connection.Connection, RequestedAt, _seen.Count, _cancelled.Token);
            LogDone(logger, connection.ToString(), _seen.Count);
            return null;
        }
        catch (GraphException refused)
        {
            return await FailureAsync(refused);
        }
        catch (Exception broken) when (!_cancelled.IsCancellationRequested)
        {
            // PostgreSQL, or the token's key: nothing of Meta's.
            return new DiscoveryFailure($"The listing broke off: {broken.GetType().Name}: {broken.Message}", null, RetryAfter(Backoff.AfterError));
        }
    }

    private async IAsyncEnumerable<AdAccountFacts[]> PagesAsync(IAsyncEnumerable<GraphAdAccount> accounts)
    {
        var page = new List<AdAccountFacts>(AccountsPerWrite);
        await foreach (var account in accounts)
        {
            _seen.Add(account.Id);
            page.Add(new AdAccountFacts(account.Id, account.Name, account.Currency, account.TimezoneName, account.AccountStatus, account.DisableReason));
            if (page.Count < AccountsPerWrite)
                continue;
            yield return [.. page];
            page.Clear();
        }

        if (page.Count > 0)
            yield return [.. page];
    }

    private async Task<DiscoveryFailure> FailureAsync(GraphException refused)
    {
        var retryAt = refused.Kind switch
        {
            GraphErrorKind.Reauthorise => (DateTimeOffset?)null,
            GraphErrorKind.Throttled => RetryAfter((tries, jitter) => Backoff.AfterThrottle(
                new ThrottleFacts(refused.Code, refused.Subcode, refused.RetryAfter, AccessTiers.Parse(refused.Usage.AccessTier)), tries, jitter)),
            GraphErrorKind.Transient or GraphErrorKind.Network or GraphErrorKind.InvalidAnswer => RetryAfter(Backoff.AfterError),
            _ => RetryAfter(Backoff.AfterRefusal),
        };
        if (refused.Kind == GraphErrorKind.Throttled && retryAt is { } until)
            await permits.BlockAsync(until);
        return new DiscoveryFailure(refused.Message, refused.Code, retryAt);
    }

    private DateTimeOffset RetryAfter(Func<int, double, TimeSpan> wait) => services.Clock.GetUtcNow() + wait(wanted.Tries + 1, services.Chance());

    [LoggerMessage(EventId = 3401, Level = LogLevel.Information, Message = "{Connection} shows {Accounts} ad accounts")]
    private static partial void LogDone(ILogger logger, string connection, int accounts);

    [LoggerMessage(EventId = 3402, Level = LogLevel.Warning, Message = "The ad accounts of {Connection} could not be listed: {Why} Next try: {RetryAt}")]
    private static partial void LogFailed(ILogger logger, string connection, string why, DateTimeOffset? retryAt);

    [LoggerMessage(EventId = 3403, Level = LogLevel.Error, Message = "How the listing of {Connection} ended could not be noted; it is begun again")]
    private static partial void LogBroken(ILogger logger, Exception broken, string connection);

    [LoggerMessage(EventId = 3404, Level = LogLevel.Warning, Message = "{Connection}: the tenant's budget did not answer")]
    private static partial void LogBudget(ILogger logger, Exception unanswered, string connection);
}
