using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Schedules;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Bench.Wake;

/// <summary>
/// An account's waking and nothing else: offset, due time, reminder, and the row of <c>account_schedule</c> by the
/// product's writer, as in <c>docs/waking.md</c>. The product's own grain would have to sync.
/// </summary>
[GrainType("metagrains.bench.wake")]
public sealed class WakeGrain(WakePlan plan, ScheduleStore store, ScheduleWriter writer, WakeTally tally, TimeProvider clock) : Grain, IWakeGrain, IRemindable
{
    private const string Reminder = "wake";

    private static readonly HealthState Well = new(AccountHealth.Active, HealthOwner.Us, DateTimeOffset.UnixEpoch, null, "It wakes.");

    private AdAccountKey _key;
    private AccountOffset _offset;
    private DateTimeOffset _due;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = AdAccountKey.TryParse(this.GetPrimaryKeyString(), out var key) ? key : throw new ArgumentException("No key of an ad account.");
        _offset = AccountOffset.Of(_key);
        _due = (await store.FindAsync(_key, cancellationToken))?.NextDueAt ?? plan.NextAfter(clock.GetUtcNow(), _offset);
    }

    public Task StartAsync()
    {
        var now = clock.GetUtcNow();
        return this.RegisterOrUpdateReminder(Reminder, plan.NextAfter(now, _offset) - now, plan.Interval);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var early = _due - clock.GetUtcNow();
        if (early <= TimeSpan.Zero)
            return WakeAsync();
        tally.CountIdleTick();
        // The clock of an engine's timers is not the calendar's.
        if (early < plan.Interval / 2)
            this.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions(early, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    private Task LookAsync() => _due <= clock.GetUtcNow() ? WakeAsync() : Task.CompletedTask;

    private async Task WakeAsync()
    {
        var began = clock.GetUtcNow();
        // However many were missed, one wake catches up with all: it is the last one's.
        var due = SyncSchedule.LastAtOrBefore(began, plan.Interval, _offset);
        _due = plan.NextAfter(began, _offset);
        await writer.WriteAsync(_key, new ScheduleRow { NextDueAt = _due, Offset = _offset, Health = Well });
        tally.Count((int)_key.Account.Number, due, began, clock.GetUtcNow());
    }
}
