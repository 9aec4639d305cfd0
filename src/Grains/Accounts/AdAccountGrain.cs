using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Grains.Schedules;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Shapes;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Grains.Accounts;

/// <summary>
/// One ad account: it keeps its due times, cursor and backoff, wakes itself by a reminder and runs its syncs; what it
/// decides is <see cref="SyncMachine"/>. No turn waits for a fetch: the pump runs beside the grain, and a timer takes its
/// signals in. Key format: <c>acct/{tenant}/act_{number}</c>. Called by the API and by the silo's listener after a setting
/// or a request was committed, by sweeps, and by the tenant's budget. Owns the state <c>ad-account.sync</c> and the row of
/// <c>account_schedule</c>.
/// </summary>
[GrainType("ad-account")]
public sealed partial class AdAccountGrain : Grain, IAdAccountGrain, IRemindable
{
    private const string Reminder = "sync";

    private static readonly TimeSpan SignalPace = TimeSpan.FromMilliseconds(100);

    private readonly IPersistentState<AdAccountMemory> _memory;
    private readonly AccountTruthStore _truth;
    private readonly ScheduleWriter _schedules;
    private readonly RunQueue _queue;
    private readonly ShapeStore _shapes;
    private readonly IncidentBoard _board;
    private readonly IncidentReporter _reporter;
    private readonly StartGate _gate;
    private readonly PumpServices _services;
    private readonly ILogger _logger;
    private readonly Retelling _retelling;
    private readonly AccountSignals _signals = new();
    private readonly VoidGrants _voids = new();
    private AdAccountKey _key;
    private AccountState? _state;
    private IGrainTimer? _signalTimer;
    private IGrainTimer? _wakeTimer;
    private AccountPump? _pump;
    private Task _pumping = Task.CompletedTask;
    private Task _budgetCalls = Task.CompletedTask;

    /// <summary>Made by the engine.</summary>
    public AdAccountGrain(
        [PersistentState("ad-account.sync", GrainServices.Store)] IPersistentState<AdAccountMemory> memory,
        AccountStores stores,
        ILogger<AdAccountGrain> logger)
    {
        (_memory, _logger, _board, _reporter, _gate) = (memory, logger, stores.Board, stores.Reporter, stores.Gate);
        (_truth, _schedules, _queue, _shapes, _services) = (stores.Truth, stores.Schedules, stores.Queue, stores.Shapes, stores.Pump);
        _retelling = new Retelling(_services.Clock, unanswered => LogBudget(_logger, unanswered, _key.ToString()));
    }

    private DateTimeOffset Now => _services.Clock.GetUtcNow();

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = AdAccountKey.TryParse(this.GetPrimaryKeyString(), out var key)
            ? key
            : throw new ArgumentException($"'{this.GetPrimaryKeyString()}' is no key of an ad account.");
        if (await LoadAsync(cancellationToken) is { } truth)
            await CommitAsync(SyncMachine.Activate(_key, truth with { Incidents = await _board.LookAsync() }, Now));
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_state is null)
            return;
        // A pump whose run has ended gave its permits back then.
        var running = _state.Run is { } run && _pump?.Number == run.Number ? _pump : null;
        // Its place in line stays: the call wakes it.
        _held = false;
        await CommitAsync(SyncMachine.Step(_state, new SyncEvent.Deactivating(), Now));
        if (running is not { } pump)
            return;
        pump.Cancel();
        await _pumping.WaitAsync(cancellationToken);
        var (grant, used, lastSentAt) = pump.Account();
        Return(grant, used, lastSentAt);
        await _budgetCalls.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        _state is null ? ForgetAsync() : HappenAsync(new SyncEvent.ReminderTicked());

    /// <inheritdoc />
    public async Task WakeAsync()
    {
        await HappenAsync(new SyncEvent.SweepPoked());
        // A sweep has to wake only whom its own reminder did not: perhaps that is lost.
        if (_state?.Reminder is { } plan && await this.GetReminder(Reminder) is null)
            await this.RegisterOrUpdateReminder(Reminder, SyncSchedule.NextAfter(Now, plan.Period, plan.Offset) - Now, plan.Period);
    }

    /// <inheritdoc />
    public Task YourTurnAsync(long ticket) => HappenAsync(new SyncEvent.BudgetWoke(ticket));

    /// <inheritdoc />
    public Task ProbeAsync(long incident) => HappenAsync(new SyncEvent.ProbeAllowed(incident));

    /// <inheritdoc />
    public Task VoidAsync(long grant)
    {
        _voids.Add(grant);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<bool> RefreshAsync()
    {
        if (await _truth.CurrentAsync(_key, CancellationToken.None) is not { } current)
        {
            await ForgetAsync();
            return false;
        }

        if (_state is null)
        {
            await OnActivateAsync(CancellationToken.None);
            return _state is not null;
        }

        await ApplyAsync(current);
        foreach (var request in await _queue.WaitingAsync(_key, CancellationToken.None))
        {
            if (request.RunId != _state.Run?.Request?.RunId)
                await HappenAsync(new SyncEvent.Triggered(request));
        }

        return true;
    }

    /// <inheritdoc />
    public async Task<AccountStatus?> GetStatusAsync()
    {
        if (_state is not { } state)
            return null;
        var shaped = await _shapes.ShapedAsync(_key, CancellationToken.None);
        var facts = SyncExplain.Explain(state, Now).Concat(shaped.Select(report => SyncExplain.Report(report.Report, report.Words, report.Since)));
        return Status(state, facts) with { Outlook = AccountOutlooks.Of(state, shaped, Now) };
    }

    private static AccountStatus Status(AccountState state, IEnumerable<SyncFact> facts) => new()
    {
        Health = state.Health.Health.WireName(),
        Tier = state.Settings.Tier.Name,
        NextDueAt = state.NextDueAt,
        RunningJob = state.Run is { } run ? run.Plan.Job.WireName() : null,
        RunId = state.Run?.RunId,
        Waiting = state.Requests.Length,
        Facts = [.. facts.Select(fact => new AccountFact
        {
            Topic = AccountOutlooks.Word(fact.Topic), Text = fact.Text, At = fact.At,
        })],
    };

    private async Task<StoredTruth?> LoadAsync(CancellationToken cancellationToken)
    {
        var applied = _memory.RecordExists ? _memory.State.ToApplied() : null;
        var truth = await _truth.LoadAsync(_key, applied, cancellationToken);
        if (truth is null || applied is null)
            return truth;
        // A request that has ended in PostgreSQL is no request any more, whatever was remembered.
        var waiting = truth.Requests.Select(request => request.RunId).ToHashSet();
        return truth with { Applied = applied with { Requests = [.. applied.Requests.Where(request => waiting.Contains(request.RunId))] } };
    }

    // However it came that the row does not say what is applied: whoever reads it would send the same again and again.
    private async Task ApplyAsync(CurrentSettings current)
    {
        var before = ScheduleRow.Of(_state!);
        await HappenAsync(new SyncEvent.SettingsChanged(current.Settings));
        var now = ScheduleRow.Of(_state!);
        if (now == before && current.AppliedVersion != now.AppliedSettings)
            await _schedules.WriteAsync(_key, now);
    }

    // The account is gone from PostgreSQL, or will be, with its tenant: nothing may wake its grain any more, and nothing
    // of it may be stored.
    private async Task ForgetAsync()
    {
        _pump?.Cancel();
        _state = null;
        await _truth.ForgetAsync(_key, CancellationToken.None);
        if (await this.GetReminder(Reminder) is { } registered)
            await this.UnregisterReminder(registered);
        if (_memory.RecordExists)
            await _memory.ClearStateAsync();
        DeactivateOnIdle();
    }

    private async Task HappenAsync(SyncEvent happened)
    {
        if (_state is null)
            return;
        // No run begins that an incident forbids.
        var incidents = await _board.LookAsync();
        if (incidents != _state.Incidents)
            await CommitAsync(SyncMachine.Step(_state, new SyncEvent.IncidentsSeen(incidents), Now));
        await CommitAsync(SyncMachine.Step(_state, happened, Now));
    }
}
