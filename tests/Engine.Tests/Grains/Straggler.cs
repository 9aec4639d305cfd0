using MetaGrains.Engine.Tests.Support;
using Orleans.Concurrency;

namespace MetaGrains.Engine.Tests.Grains;

[Alias("test.IStraggler")]
public interface IStraggler : IGrainWithStringKey
{
    Task<int> Write(int number);

    Task<int> Read();

    /// <summary>Writes after a while, and says on the console how that went.</summary>
    [OneWay]
    Task WriteLater(int number, TimeSpan after);

    /// <summary>Writes when the gate opens, and notes how that went.</summary>
    Task WriteAtGate(int number, string gate);

    Task Remind(string name, TimeSpan due, TimeSpan period);
}

/// <summary>A grain that writes when nobody expects it any more.</summary>
[GrainType("test.straggler")]
public sealed class StragglerGrain([PersistentState("test.straggler")] IPersistentState<Kept> state) : Grain, IStraggler, IRemindable
{
    public async Task<int> Write(int number)
    {
        state.State.Number = number;
        await state.WriteStateAsync();
        return number;
    }

    public Task<int> Read() => Task.FromResult(state.State.Number);

    public async Task WriteLater(int number, TimeSpan after)
    {
        Console.WriteLine("begun");
        await Task.Delay(after, TimeProvider.System, CancellationToken.None);
        Console.WriteLine(await TryAsync(number));
    }

    public async Task WriteAtGate(int number, string gate)
    {
        await Gate.Named(gate).PassAsync();
        Journal.Note(this.GetPrimaryKeyString(), await TryAsync(number));
    }

    public async Task Remind(string name, TimeSpan due, TimeSpan period) => await this.RegisterOrUpdateReminder(name, due, period);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Journal.Note(this.GetPrimaryKeyString(), $"{reminderName} at {status.CurrentTickTime:O}");
        return Task.CompletedTask;
    }

    private async Task<string> TryAsync(int number)
    {
        try
        {
            return $"written {await Write(number)}";
        }
        catch (Exception exception)
        {
            return $"not written: {exception.GetType().Name}";
        }
    }
}
