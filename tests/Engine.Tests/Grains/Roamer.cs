using MetaGrains.Engine.Tests.Support;
using Orleans.Concurrency;

namespace MetaGrains.Engine.Tests.Grains;

/// <summary>Where a call ran, and for whom.</summary>
[GenerateSerializer, Alias("test.Whereabouts")]
public sealed record Whereabouts([property: Id(0)] SiloAddress Silo, [property: Id(1)] int Life, [property: Id(2)] string? Context, [property: Id(3)] int Calls);

[Alias("test.IRoamer")]
public interface IRoamer : IGrainWithStringKey
{
    Task<Whereabouts> Where();

    /// <summary>Asks another grain where it is.</summary>
    Task<Whereabouts> WhereIs(IRoamer other);

    [OneWay]
    Task Tell(string line);

    Task TellOther(IRoamer other, string line);

    Task<string> WaitAtGate(string gate);

    Task CancelAtGate(IRoamer other, string gate);

    Task WaitAtGate(string gate, CancellationToken cancellationToken);

    Task Fail(string message);

    Task FailThrough(IRoamer other, string message);
}

/// <summary>A grain that tells which silo it lives in.</summary>
[GrainType("test.roamer")]
public sealed class RoamerGrain(ILocalSiloDetails silo) : Grain, IRoamer
{
    private static int _lives;

    private readonly int _life = Interlocked.Increment(ref _lives);
    private int _calls;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Journal.Note(this.GetPrimaryKeyString(), $"ended: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<Whereabouts> Where() => Task.FromResult(new Whereabouts(silo.SiloAddress, _life, RequestContext.Get("who") as string, ++_calls));

    public Task<Whereabouts> WhereIs(IRoamer other) => other.Where();

    public Task Tell(string line)
    {
        Journal.Note(this.GetPrimaryKeyString(), line);
        return Task.CompletedTask;
    }

    public Task TellOther(IRoamer other, string line) => other.Tell(line);

    public async Task<string> WaitAtGate(string gate)
    {
        await Gate.Named(gate).PassAsync();
        return "passed";
    }

    public async Task CancelAtGate(IRoamer other, string gate)
    {
        using var source = new CancellationTokenSource();
        var call = other.WaitAtGate(gate, source.Token);
        await Gate.Named(gate).Reached;
        await source.CancelAsync();
        await call;
    }

    public async Task WaitAtGate(string gate, CancellationToken cancellationToken)
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

    public Task Fail(string message) => throw new WorkerFailedException(message);

    public Task FailThrough(IRoamer other, string message) => other.Fail(message);
}
