using System.Diagnostics.CodeAnalysis;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Sync;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Warehouse.Accounts;
using Npgsql;

namespace MetaGrains.Grains.Accounts;

/// <summary>What a pump needs of the silo.</summary>
internal sealed record PumpServices(AccountPulls Pulls, IntegrationStore Integrations, TimeProvider Clock, Func<double> Chance);

/// <summary>
/// One run of one account, on threads of its own: it touches no grain state, and what it has to say goes through
/// <see cref="AccountSignals"/>. It holds the run's permits and gives one to each HTTP request, looking at the grant's
/// deadline right before the request is sent.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing that must be released.")]
internal sealed class AccountPump : ICallPermits
{
    // The usage observer is called deep inside the client, which knows no pump: the flow of the run leads back to it.
    private static readonly AsyncLocal<AccountPump?> Flowing = new();

    private readonly PumpServices _services;
    private readonly AdAccountKey _account;
    private readonly LimitOwners _owners;
    private readonly SyncEffect.StartRun _start;
    private readonly AccountSignals _signals;
    private readonly VoidGrants _voids;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly Lock _gate = new();
    private readonly List<UsageNotice> _usages = [];
    private TaskCompletionSource _refilled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BudgetGrant _grant;
    private int _left;
    private DateTimeOffset? _lastSentAt;
    private bool _hungry;

    public AccountPump(PumpServices services, AdAccountKey account, LimitOwners owners, SyncEffect.StartRun start, AccountSignals signals, VoidGrants voids)
    {
        (_services, _account, _owners, _start, _signals, _voids) = (services, account, owners, start, signals, voids);
        (_grant, _left) = (start.Grant, start.Grant.Permits);
    }

    /// <summary>The pump of the current flow, or null outside of any.</summary>
    public static AccountPump? Current => Flowing.Value;

    /// <summary>Names the run between machine and pump.</summary>
    public long Number => _start.Number;

    /// <summary>Runs to the end. Never throws: how it ended is a signal.</summary>
    public async Task RunAsync()
    {
        Flowing.Value = this;
        SyncEvent ended;
        try
        {
            var token = await _services.Integrations.TokenAsync(_owners.Connection.Connection, _cancelled.Token);
            ended = Ended(await _services.Pulls.RunAsync(
                _account, _start, this, run => _signals.Post(new SyncEvent.RunStarted(Number, run.Id, run.Epoch)), token, _cancelled.Token));
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            ended = new SyncEvent.RunCancelled(Number, Leftover(), _lastSentAt);
        }
        catch (StaleRunException)
        {
            ended = new SyncEvent.RunSuperseded(Number, Leftover(), _lastSentAt);
        }
        catch (Exception broken)
        {
            // PostgreSQL, or the token's key: nothing of Meta's.
            var report = new RunReport { Outcome = RunOutcome.Failed, ErrorMessage = $"The run broke off: {broken.GetType().Name}: {broken.Message}" };
            ended = new SyncEvent.RunFailed(Number, report, RunFailures.OfOurs(report.ErrorMessage, _services.Chance()) with { IsOurs = broken is NpgsqlException }, Leftover(), _lastSentAt);
        }

        _signals.Post(ended, TakeUsages());
    }

    /// <summary>Further permits; what was left of the last grant has expired or was used.</summary>
    public void Give(BudgetGrant grant)
    {
        TaskCompletionSource refilled;
        lock (_gate)
        {
            (_grant, _left, _hungry) = (grant, grant.Permits, false);
            (refilled, _refilled) = (_refilled, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        refilled.SetResult();
    }

    /// <summary>Asks the run to stop; it ends with a signal.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <summary>Permits that may still be credited.</summary>
    public (BudgetGrant Grant, int Used, DateTimeOffset? LastSentAt) Account()
    {
        lock (_gate)
            return (_grant, _grant.Permits - _left, _lastSentAt);
    }

    /// <summary>What the headers of one answer said.</summary>
    public void Observe(IEnumerable<UsageNotice> usages)
    {
        lock (_gate)
            _usages.AddRange(usages);
    }

    /// <inheritdoc />
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task refilled;
            lock (_gate)
            {
                var now = _services.Clock.GetUtcNow();
                // What Meta has blocked since the grant was given is not sent.
                if (_left > 0 && now < _grant.Until && !_voids.Contains(_grant.Id))
                {
                    _left--;
                    _lastSentAt = now;
                    return;
                }

                refilled = _refilled.Task;
                if (!_hungry)
                {
                    _hungry = true;
                    _signals.Post(new SyncEvent.PermitsNeeded(Number, SyncMachine.FirstAsk), TakeUsages());
                }
            }

            await refilled.WaitAsync(cancellationToken);
        }
    }

    private SyncEvent Ended(RunReport report) => report.Outcome switch
    {
        RunOutcome.Succeeded => new SyncEvent.RunSucceeded(Number, report, Leftover(), _lastSentAt),
        RunOutcome.Superseded => new SyncEvent.RunSuperseded(Number, Leftover(), _lastSentAt),
        RunOutcome.Cancelled => new SyncEvent.RunCancelled(Number, Leftover(), _lastSentAt),
        _ => new SyncEvent.RunFailed(
            Number, report, RunFailures.Of(report, _owners, _services.Chance()) with { Report = report.RefusedReport }, Leftover(), _lastSentAt),
    };

    private int Leftover()
    {
        lock (_gate)
            return _left;
    }

    private List<UsageNotice> TakeUsages()
    {
        lock (_gate)
        {
            List<UsageNotice> taken = [.. _usages];
            _usages.Clear();
            return taken;
        }
    }
}
