using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Sweeps;

/// <summary>
/// Lets the accounts of a silo begin their runs one after the other when many want to at once: <see cref="StartLine"/> with
/// a clock and a way to call them. Shared by all grains of the silo, and so the one thing of theirs that is locked.
/// </summary>
public sealed partial class StartGate : IDisposable
{
    // So long after its turn an account asks by itself, in case that the call was lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private StartLine _line;
    private StartLine _wakes;
    private Standstill _standstill;

    /// <summary>Made with the silo, whose age it takes for its own.</summary>
    public StartGate(IGrainFactory grains, IOptions<SlowStartOptions> options, TimeProvider clock, ILogger<StartGate> logger)
    {
        (_grains, _clock, _logger) = (grains, clock, logger);
        var now = clock.GetUtcNow();
        (_line, _wakes) = (new StartLine(options.Value.Pace, now), new StartLine(options.Value.Pace, now));
        _standstill = new Standstill(now);
        _timer = clock.CreateTimer(_ => Call(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An account wants to begin a run.</summary>
    /// <returns>Null: it may. Else when to ask again, unless it is called before.</returns>
    public DateTimeOffset? Hold(Starter starter)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            var answer = _line.Ask(starter, now);
            _line = answer.Line;
            Alarm(now);
            return answer.Until + Patience;
        }
    }

    /// <summary>An account that was held back has nothing to begin any more.</summary>
    public void Leave(AdAccountKey account)
    {
        lock (_gate)
            _line = _line.Without(account);
    }

    /// <summary>Whether a sweep of this silo may wake one more account now: waking costs a silo as much as beginning.</summary>
    public bool MayWake(AdAccountKey account)
    {
        lock (_gate)
        {
            var answer = _wakes.Ask(new Starter(Priority.High, DateTimeOffset.MinValue, account), _clock.GetUtcNow());
            // Whoever may not is asked for again by its sweep, which keeps the order.
            _wakes = answer.Line.Without(account);
            return answer.Until is null;
        }
    }

    /// <summary>Tells what was found when it was looked whether runs may begin.</summary>
    /// <returns>Whether the slow start begins anew.</returns>
    public bool See(StartSight sight)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            (_standstill, var anew) = _standstill.See(sight, now);
            if (anew)
                (_line, _wakes) = (_line.Anew(now), _wakes.Anew(now));
            Alarm(now);
            return anew;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Alarm(DateTimeOffset now)
    {
        if (_line.NextAt(now) is { } next)
            _timer.Change(next > now ? next - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Call()
    {
        IReadOnlyList<AdAccountKey> called;
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            (_line, called) = _line.Call(now);
            Alarm(now);
        }

        foreach (var account in called)
            _ = TellAsync(account);
    }

    private async Task TellAsync(AdAccountKey account)
    {
        try
        {
            await _grains.AdAccount(account).YourTurnAsync(TicketOf(account));
        }
        catch (Exception untold)
        {
            // It asks by itself a little later.
            LogUntold(_logger, untold, account.ToString());
        }
    }

    /// <summary>Names an account's place; a call carries it.</summary>
    internal static long TicketOf(AdAccountKey account) => -1 - (long)(Core.Keys.StableHash.Of(account.ToString()) >> 2);

    [LoggerMessage(EventId = 3211, Level = LogLevel.Warning, Message = "{Account} could not be told that it may begin; it asks by itself")]
    private static partial void LogUntold(ILogger logger, Exception untold, string account);
}
