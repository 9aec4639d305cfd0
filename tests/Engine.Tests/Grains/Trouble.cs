using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests.Grains;

[Alias("test.ITrouble")]
public interface ITrouble : IGrainWithStringKey
{
    Task<string> Hello();
}

public interface IBornBroken : ITrouble;

public interface IWakesBroken : ITrouble;

[GrainType("test.born-broken")]
public sealed class BornBrokenGrain : Grain, IBornBroken
{
    public BornBrokenGrain() => throw new WorkerFailedException("broken from birth");

    public Task<string> Hello() => Task.FromResult("never");
}

/// <summary>Fails to wake until its gate is open.</summary>
[GrainType("test.wakes-broken")]
public sealed class WakesBrokenGrain : Grain, IWakesBroken
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Journal.Note(this.GetPrimaryKeyString(), "tried");
        return Journal.Of($"{this.GetPrimaryKeyString()} mended").Length == 0 ? throw new WorkerFailedException("not today") : Task.CompletedTask;
    }

    public Task<string> Hello() => Task.FromResult("awake");
}
