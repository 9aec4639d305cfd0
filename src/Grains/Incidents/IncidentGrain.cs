using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.Incidents;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Incidents;

/// <summary>
/// Recognises incidents, says so once, and lets one account at a time try whether one is over. What is recognised stands
/// in <c>incidents</c>, where every silo reads it; what is lost with this grain is the window of the last minutes. While
/// one is open, a reminder brings the grain back. Key format: <c>incidents/meta</c>.
/// </summary>
[GrainType("incidents")]
public sealed partial class IncidentGrain(
    IncidentStore store, IOptions<IncidentOptions> options, IOptions<ReminderOptions> reminders, TimeProvider clock, ILogger<IncidentGrain> logger)
    : Grain, IIncidentGrain, IRemindable
{
    private const string Reminder = "probe";

    private static readonly TimeSpan Return = TimeSpan.FromMinutes(1);

    private readonly IncidentOptions _options = options.Value;
    private readonly Dictionary<long, IncidentRecord> _open = [];
    private IncidentWatch _watch = IncidentWatch.Empty;
    private IGrainTimer? _timer;
    private bool _reminded;

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var incident in (await store.OfLateAsync(Now, cancellationToken)).Where(incident => incident.ClosedAt is null))
            _open.Add(incident.Id, incident);
        IncidentMetrics.Open.Add(_open.Count);
        await WaitAsync();
    }

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        IncidentMetrics.Open.Add(-_open.Count);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // One that an earlier activation left is taken away when nothing is open.
        _reminded = true;
        return ProbeAsync();
    }

    /// <inheritdoc />
    public async Task ReportAsync(OutcomeBatch outcomes)
    {
        foreach (var recovered in outcomes.Recovered.Where(_open.ContainsKey))
            await CloseAsync(recovered, IncidentStore.ByProbe);
        var signatures = _open.Values.Select(incident => incident.Signature).ToHashSet();
        var failed = outcomes.Failed.Select(run => new FailedAccount(
            run.Account, new ErrorSignature(Enum.Parse<FailureKind>(run.Kind), run.Code, run.Subcode), run.Message, run.At));
        var (watch, found) = IncidentDetector.Take(_watch, _options.Threshold, failed, outcomes.Succeeded, signatures, Now);
        foreach (var incident in found)
            await OpenAsync(incident);
        _watch = watch;
        await WaitAsync();
    }

    private async Task OpenAsync(FoundIncident found)
    {
        var now = Now;
        var incident = await store.OpenAsync(found, now, probes => now + IncidentPace.Pause(probes, _options.FirstProbe, _options.LongestProbe), CancellationToken.None);
        if (!_open.TryAdd(incident.Id, incident))
            return;
        IncidentMetrics.Opened.Add(1);
        IncidentMetrics.Open.Add(1);
        // One alert: what comes back soon after its end is the same incident.
        if (incident.Reopened == 0)
            LogOpened(logger, incident.Id, incident.Signature.ToString(), found.Accounts, found.Message, incident.NextProbeAt);
        else
            LogReopened(logger, incident.Id, incident.Signature.ToString(), found.Accounts);
    }

    private async Task CloseAsync(long id, string by)
    {
        await store.CloseAsync(id, by, Now, CancellationToken.None);
        if (!_open.Remove(id, out var incident))
            return;
        IncidentMetrics.Open.Add(-1);
        LogClosed(logger, id, incident.Signature.ToString(), by, IncidentPace.Span(incident.Accounts));
    }

    private async Task ProbeAsync()
    {
        foreach (var incident in _open.Values.Where(incident => incident.NextProbeAt <= Now).ToArray())
        {
            var (account, suffering) = await store.SufferingAsync(incident, CancellationToken.None);
            if (account is not { } first)
            {
                await CloseAsync(incident.Id, IncidentStore.ByNobody);
                continue;
            }

            // Written before it tries: should this grain die now, the next pause is as long as it should be.
            var next = Now + IncidentPace.Pause(incident.Probes + 1, _options.FirstProbe, _options.LongestProbe);
            _open[incident.Id] = await store.ProbeAsync(incident.Id, suffering, Now, next, CancellationToken.None);
            IncidentMetrics.Probes.Add(1);
            await GrainFactory.AdAccount(first).ProbeAsync(incident.Id);
        }

        await WaitAsync();
    }

    // The timer is in time, the reminder survives the silo.
    private async Task WaitAsync()
    {
        _timer?.Dispose();
        _timer = null;
        if (_open.Count > 0)
        {
            var due = _open.Values.Min(incident => incident.NextProbeAt) - Now;
            _timer = this.RegisterGrainTimer(
                ProbeAsync, new GrainTimerCreationOptions(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        }

        if (_reminded == _open.Count > 0)
            return;
        if (_open.Count > 0)
            await this.RegisterOrUpdateReminder(Reminder, Period, Period);
        else if (await this.GetReminder(Reminder) is { } registered)
            await this.UnregisterReminder(registered);
        _reminded = _open.Count > 0;
    }

    private TimeSpan Period
    {
        get
        {
            var (wanted, least) = (_options.FirstProbe < Return ? _options.FirstProbe : Return, reminders.Value.MinimumReminderPeriod);
            return wanted > least ? wanted : least;
        }
    }

    [LoggerMessage(EventId = 3411, Level = LogLevel.Error, Message = "Incident {Incident}: {Error} on {Accounts} accounts within minutes: {Text} They rest; one tries at {NextProbe} whether it is over")]
    private static partial void LogOpened(ILogger logger, long incident, string error, int accounts, string text, DateTimeOffset nextProbe);

    [LoggerMessage(EventId = 3412, Level = LogLevel.Information, Message = "Incident {Incident} is back: {Error} on {Accounts} accounts")]
    private static partial void LogReopened(ILogger logger, long incident, string error, int accounts);

    [LoggerMessage(EventId = 3413, Level = LogLevel.Information, Message = "Incident {Incident} ({Error}) is over, by {By}; its accounts go on within {Span}")]
    private static partial void LogClosed(ILogger logger, long incident, string error, string by, TimeSpan span);
}
