using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests.Grains;

[Alias("test.ISleeper")]
public interface ISleeper : IGrainWithStringKey
{
    Task<string?> Remind(string name, TimeSpan due, TimeSpan period);

    Task<string[]> Reminders();

    Task<bool> Has(string name);

    Task Forget(string name);

    /// <summary>Takes the handle, registers again, and unregisters with the stale handle.</summary>
    Task ForgetStale(string name);

    Task Tick(string name, TimeSpan due, TimeSpan period, bool interleave = false, bool keepAlive = false);

    Task TickAtGate(string name, TimeSpan period, bool interleave = false);

    Task StopTicking(string name);

    Task<int> Life();

    Task End();
}

[GrainType("test.sleeper")]
public sealed class SleeperGrain : Grain, ISleeper, IRemindable
{
    private static int _lives;

    private readonly Dictionary<string, IGrainTimer> _timers = [];
    private readonly int _life = Interlocked.Increment(ref _lives);

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Journal.Note(Key, "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Note(Key, $"ended: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Journal.Note(Key, $"{reminderName} {status.Period}");
        return reminderName.StartsWith("bad", StringComparison.Ordinal) ? throw new InvalidOperationException("A bad morning.") : Task.CompletedTask;
    }

    public async Task<string?> Remind(string name, TimeSpan due, TimeSpan period) => (await this.RegisterOrUpdateReminder(name, due, period)).ReminderName;

    public async Task<string[]> Reminders() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order(StringComparer.Ordinal)];

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public async Task Forget(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task ForgetStale(string name)
    {
        var stale = await this.GetReminder(name);
        await this.RegisterOrUpdateReminder(name, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await this.UnregisterReminder(stale!);
    }

    public Task Tick(string name, TimeSpan due, TimeSpan period, bool interleave = false, bool keepAlive = false)
    {
        var count = 0;
        _timers[name] = this.RegisterGrainTimer(
            _ =>
            {
                Journal.Note(Key, $"{name} {++count}");
                return name.StartsWith("bad", StringComparison.Ordinal) ? throw new InvalidOperationException("A bad tick.") : Task.CompletedTask;
            },
            new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task TickAtGate(string name, TimeSpan period, bool interleave = false)
    {
        _timers[name] = this.RegisterGrainTimer(
            static async (state, token) =>
            {
                try
                {
                    Journal.Note(state.Key, "tick");
                    await Gate.Named(state.Name).PassAsync(token);
                }
                catch (OperationCanceledException)
                {
                    Journal.Note(state.Key, "tick cancelled");
                }
            },
            (Key, Name: name),
            new GrainTimerCreationOptions(TimeSpan.Zero, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StopTicking(string name)
    {
        _timers[name].Dispose();
        return Task.CompletedTask;
    }

    public Task<int> Life() => Task.FromResult(_life);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
