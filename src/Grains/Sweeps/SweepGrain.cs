using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Sweeps;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Sweeps;

/// <summary>
/// Wakes the overdue of its shard, a few at a time. Key format: <c>sweep/{nn}</c>. Called by its reminder, by the silo at
/// its start, and by the API when an operator runs the scheduler. Owns nothing: who is overdue stands in PostgreSQL.
/// </summary>
[GrainType("sweep")]
public sealed partial class SweepGrain(
    ScheduleStore schedules, StartGate gate, IOptions<SweepOptions> options, IOptions<ReminderOptions> reminders, TimeProvider clock, ILogger<SweepGrain> logger)
    : Grain, ISweepGrain, IRemindable
{
    private const string Reminder = "sweep";

    // 2^30, the denominator of an offset, by the number of sweeps.
    private const int Share = (1 << 30) / SweepKey.Count;

    private readonly SweepOptions _options = options.Value;
    private readonly Queue<AdAccountKey> _overdue = [];
    private readonly HashSet<AdAccountKey> _queued = [];
    private SweepKey _key;
    private IGrainTimer? _pace;
    private bool _ensured;
    private int _reached;

    private TimeSpan Period => _options.Period > reminders.Value.MinimumReminderPeriod ? _options.Period : reminders.Value.MinimumReminderPeriod;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = SweepKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task EnsureAsync()
    {
        if (_ensured)
            return;
        // Each sweep has its own place in the period, so that they do not all sweep at once.
        var now = clock.GetUtcNow();
        var next = SyncSchedule.NextAfter(now, Period, new AccountOffset(_key.Number * Share));
        await this.RegisterOrUpdateReminder(Reminder, next - now, Period);
        _ensured = true;
    }

    /// <inheritdoc />
    public async Task<SweepReport> RunAsync()
    {
        var page = await FindAsync(TimeSpan.Zero, skip: 0, _options.MaxPerRun);
        Wake(page.Accounts);
        return new SweepReport(page.Total, page.Accounts.Count);
    }

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var page = await FindAsync(_options.Grace, _reached, _options.MaxPerSweep);
        if (page.Accounts.Count == 0 && _reached > 0)
            page = await FindAsync(_options.Grace, _reached = 0, _options.MaxPerSweep);
        // Many may be overdue because the budget serves others first: whoever comes behind them is reached, too.
        _reached = _reached + page.Accounts.Count < page.Total ? _reached + page.Accounts.Count : 0;
        if (page.Total > 0)
            LogOverdue(logger, _key.ToString(), page.Total, page.Accounts.Count);
        Wake(page.Accounts);
    }

    private Task<OverduePage> FindAsync(TimeSpan grace, int skip, int limit)
    {
        var now = clock.GetUtcNow();
        return schedules.OverdueAsync(_key, now - grace, now, skip, limit, CancellationToken.None);
    }

    private void Wake(IReadOnlyList<AdAccountKey> accounts)
    {
        foreach (var account in accounts)
        {
            if (_queued.Add(account))
                _overdue.Enqueue(account);
        }

        if (_overdue.Count > 0 && _pace is null)
            _pace = this.RegisterGrainTimer(WakeSomeAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.Pace) { KeepAlive = true });
    }

    private async Task WakeSomeAsync()
    {
        for (var woken = 0; woken < _options.AtOnce && _overdue.TryPeek(out var account) && gate.MayWake(account); woken++)
        {
            _overdue.Dequeue();
            _queued.Remove(account);
            await GrainFactory.AdAccount(account).WakeAsync();
        }

        if (_overdue.Count > 0)
            return;
        _pace?.Dispose();
        _pace = null;
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Information, Message = "{Sweep}: {Overdue} accounts are overdue; {Woken} are woken")]
    private static partial void LogOverdue(ILogger logger, string sweep, int overdue, int woken);
}
