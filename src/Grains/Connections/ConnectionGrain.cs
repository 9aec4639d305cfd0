using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Connections;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Connections;

/// <summary>
/// Lists a connection's ad accounts when that is asked for, until it has succeeded or the token is dead. Key format:
/// <c>conn/{uuid}</c>. Called by the silo's listener and by the API. What is to do and what came of it stands in
/// <c>integrations</c>; the grain keeps nothing but a reminder while there is something to do.
/// </summary>
[GrainType("connection")]
public sealed class ConnectionGrain(DiscoveryServices services, ILogger<ConnectionGrain> logger) : Grain, IConnectionGrain, IRemindable
{
    private const string Reminder = "discovery";

    private static readonly TimeSpan LookPace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private ConnectionKey _key;
    private DiscoveryPump? _pump;
    private Task<bool> _pumping = Task.FromResult(true);
    private IGrainTimer? _look;
    private DateTimeOffset? _wakeAt;

    private DateTimeOffset Now => services.Clock.GetUtcNow();

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ConnectionKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _pump?.Cancel();
        await _pumping.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> RefreshAsync() => ActAsync();

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _wakeAt = null;
        return ActAsync();
    }

    private async Task<bool> ActAsync()
    {
        var found = await services.Store.FindAsync(_key.Connection, CancellationToken.None);
        if (_pump is { } running)
        {
            // Its end looks again.
            if (found is not { Wanted: true } || found.RequestedAt != running.RequestedAt)
                running.Cancel();
        }
        else if (found is not { Wanted: true })
        {
            await SleepAsync();
        }
        else if (found.RetryAt is { } retryAt && retryAt > Now)
        {
            await WakeAtAsync(retryAt);
        }
        else
        {
            // First the reminder: should the silo die from here on, it begins again.
            await WakeAtAsync(Now + services.Patience);
            Start(found);
        }

        return found is not null;
    }

    private void Start(DiscoveryRecord wanted)
    {
        var budget = GrainFactory.RateLimit(new TenantKey(wanted.Tenant));
        var permits = new BudgetPermits(budget, _key, wanted.RequestedAt!.Value, services.Clock);
        _pump = new DiscoveryPump(services, _key, wanted, permits, logger);
        // Off the grain's scheduler: a long list lasts minutes, and so may the wait for permits.
        _pumping = Task.Run(_pump.RunAsync);
        _look = this.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions(LookPace, LookPace) { KeepAlive = true });
    }

    private async Task LookAsync()
    {
        if (!_pumping.IsCompleted)
            return;
        _look?.Dispose();
        (_look, _pump) = (null, null);
        // Otherwise PostgreSQL is away, and the reminder comes soon.
        if (await _pumping)
            await ActAsync();
    }

    private async Task WakeAtAsync(DateTimeOffset moment)
    {
        if (_wakeAt == moment)
            return;
        // A first tick that is over before the engine has noted it comes one period later.
        var due = moment - Now;
        await this.RegisterOrUpdateReminder(Reminder, due > Soon ? due : Soon, services.Patience);
        _wakeAt = moment;
    }

    private async Task SleepAsync()
    {
        if (await this.GetReminder(Reminder) is { } registered)
            await this.UnregisterReminder(registered);
        _wakeAt = null;
    }
}
