using MetaGrains.Engine.Tests.Support;
using Orleans.Concurrency;

namespace MetaGrains.Engine.Tests.Grains;

[Alias("test.IWorker")]
public interface IWorker : IGrainWithStringKey
{
    Task<string> Echo(string text);

    ValueTask<int> Twice(int number);

    ValueTask Quietly();

    Task PassGate(string gate);

    [ReadOnly]
    Task ReadAtGate(string gate);

    [AlwaysInterleave]
    Task<int> Peek();

    /// <summary>Tells whether two threads were ever inside at once.</summary>
    [AlwaysInterleave]
    Task<bool> Overlaps();

    [OneWay]
    Task Tell(string line);

    [ResponseTimeout("00:00:00.2")]
    Task PassGateInAHurry(string gate);

    Task WaitForCancellation(string gate, CancellationToken cancellationToken);

    Task<string> CallBack(IWorker other);

    [ResponseTimeout("00:00:00.5")]
    Task<string> CallItself();

    Task Fail(string message);

    Task FailWithStrangeException();

    /// <summary>Fails as if it had called a silo that is gone.</summary>
    Task FailAsUnavailable();

    Task<string?> Context(string key);

    Task<string?> ContextThrough(IWorker other, string key);

    Task<bool> StaysOnScheduler();
}

[GenerateSerializer, Alias("test.WorkerFailedException")]
public sealed class WorkerFailedException(string message) : Exception(message);

[GrainType("test.worker")]
public sealed class WorkerGrain : Grain, IWorker
{
    private int _inside;
    private int _count;
    private bool _overlapped;

    public Task<string> Echo(string text) => Task.FromResult($"{this.GetPrimaryKeyString()}: {text}");

    public ValueTask<int> Twice(int number) => new(number * 2);

    public async ValueTask Quietly() => await Task.Yield();

    public async Task PassGate(string gate)
    {
        _count++;
        await Gate.Named(gate).PassAsync();
        Journal.Note(this.GetPrimaryKeyString(), $"passed {gate}");
    }

    public Task ReadAtGate(string gate) => Gate.Named(gate).PassAsync();

    public Task<int> Peek() => Task.FromResult(_count);

    public async Task<bool> Overlaps()
    {
        for (var i = 0; i < 50; i++)
        {
            if (Interlocked.Increment(ref _inside) != 1)
                _overlapped = true;
            Thread.SpinWait(200);
            Interlocked.Decrement(ref _inside);
            await Task.Yield();
        }

        return _overlapped;
    }

    public Task Tell(string line)
    {
        Journal.Note(this.GetPrimaryKeyString(), line);
        throw new InvalidOperationException("Nobody hears of this.");
    }

    public Task PassGateInAHurry(string gate) => PassGate(gate);

    public async Task WaitForCancellation(string gate, CancellationToken cancellationToken)
    {
        try
        {
            await Gate.Named(gate).PassAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Journal.Note(this.GetPrimaryKeyString(), "cancelled");
            throw;
        }
    }

    public Task<string> CallBack(IWorker other) => other.Echo("called back");

    public Task<string> CallItself() => this.AsReference<IWorker>().Echo("myself");

    public Task Fail(string message) => throw new WorkerFailedException(message);

    public Task FailWithStrangeException() => throw new StrangeException(42);

    public Task FailAsUnavailable()
    {
        Journal.Note(this.GetPrimaryKeyString(), "ran");
        throw new SiloUnavailableException("another silo");
    }

    public Task<string?> Context(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public async Task<string?> ContextThrough(IWorker other, string key)
    {
        RequestContext.Set("own", "of the callee");
        return await other.Context(key);
    }

    public async Task<bool> StaysOnScheduler()
    {
        var own = TaskScheduler.Current;
        var stayed = own != TaskScheduler.Default;
        for (var i = 0; i < 20; i++)
        {
            await Task.Yield();
            stayed &= TaskScheduler.Current == own;
            await Task.Run(() => { });
            stayed &= TaskScheduler.Current == own;
            await Task.WhenAny(Task.Run(() => { }), Task.Run(() => { }));
            stayed &= TaskScheduler.Current == own;
        }

        return stayed;
    }

    private sealed class StrangeException(int number) : Exception($"number {number}");
}
