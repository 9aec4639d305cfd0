using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.Interfaces.RateLimit;

namespace MetaGrains.Grains.Connections;

/// <summary>
/// Permits of the tenant's budget for calls that count against a connection's token alone. Used outside of grains'
/// turns, by one caller at a time.
/// </summary>
internal sealed class BudgetPermits(ITenantRateLimitGrain budget, ConnectionKey connection, DateTimeOffset dueAt, TimeProvider clock) : ICallPermits
{
    private const int Ask = 4;

    private readonly string _scope = LimitScope.User(connection).ToString();
    private BudgetReply? _grant;
    private int _left;
    private DateTimeOffset? _lastSentAt;
    private long _lastRequest;

    /// <inheritdoc />
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        while (_left == 0 || clock.GetUtcNow() >= _grant!.Until)
            await AskAsync(cancellationToken);
        _left--;
        _lastSentAt = clock.GetUtcNow();
    }

    /// <summary>Tells the budget until when Meta takes no call with the token.</summary>
    public Task BlockAsync(DateTimeOffset until) => budget.BlockAsync(_scope, until);

    /// <summary>Gives back what was not used.</summary>
    public async Task ReturnAsync()
    {
        if (_grant?.Grant is not { } grant)
            return;
        await budget.ReturnAsync(new GrantReturn { Grant = grant, Used = _grant.Permits - _left, LastSentAt = _lastSentAt });
        (_grant, _left) = (null, 0);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await ReturnAsync();
        // From the clock, so that numbers grow across activations without being stored.
        var request = _lastRequest = Math.Max(_lastRequest + 1, clock.GetUtcNow().UtcTicks);
        var reply = await AskAsync(request, cancellationToken);
        if (reply.Grant is not null)
        {
            (_grant, _left) = (reply, reply.Permits);
            return;
        }

        var wait = reply.Until - clock.GetUtcNow();
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, cancellationToken);
    }

    // Under its number: should the answer have been lost, the same grant comes again.
    private async Task<BudgetReply> AskAsync(long request, CancellationToken cancellationToken)
    {
        var ask = new BudgetAsk
        {
            Requester = connection.ToString(),
            RequestId = request,
            Priority = Priority.High.WireName(),
            Wanted = Ask,
            DueAt = dueAt,
            Scopes = [_scope],
        };
        while (true)
        {
            try
            {
                return await budget.AskAsync(ask);
            }
            catch (TimeoutException)
            {
                await Task.Delay(SyncMachine.AskRetry, clock, cancellationToken);
            }
        }
    }
}
