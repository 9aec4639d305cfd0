using System.Diagnostics.CodeAnalysis;
using MetaGrains.Engine.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace MetaGrains.Engine.Tests.Grains;

[GenerateSerializer, Alias("test.Kept")]
public sealed class Kept
{
    [Id(0)]
    public int Number { get; set; }

    [Id(1)]
    public string? Text { get; set; }
}

/// <summary>What a grain knows of its record.</summary>
[GenerateSerializer, Alias("test.Seen")]
public sealed record Seen([property: Id(0)] int Number, [property: Id(1)] string? Text, [property: Id(2)] bool Exists, [property: Id(3)] string? Etag, [property: Id(4)] int Life);

[Alias("test.IKeeper")]
public interface IKeeper : IGrainWithStringKey
{
    Task<Seen> See();

    Task<Seen> Write(int number, string? text);

    Task<Seen> WriteOther(int number);

    Task<Seen> Clear();

    Task<Seen> ClearOther();

    Task<Seen> Read();

    /// <summary>Changes the record behind the activation's back.</summary>
    Task Meddle();

    Task End();
}

[GrainType("test.keeper")]
public sealed class KeeperGrain(
    IGrainContext context, [PersistentState("test.kept")] IPersistentState<Kept> state, [PersistentState("test.kept-other", "other")] IPersistentState<Kept> other,
    [FromKeyedServices("Default")] IGrainStorage storage) : IGrainBase, IKeeper
{
    private static int _lives;

    private readonly int _life = Interlocked.Increment(ref _lives);

    public IGrainContext GrainContext { get; } = context;

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        Journal.Note(this.GetPrimaryKeyString(), $"ended: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<Seen> See() => Task.FromResult(Look(state));

    public async Task<Seen> Write(int number, string? text)
    {
        state.State = new Kept { Number = number, Text = text };
        await state.WriteStateAsync();
        return Look(state);
    }

    public async Task<Seen> WriteOther(int number)
    {
        other.State.Number = number;
        await other.WriteStateAsync();
        return Look(other);
    }

    public async Task<Seen> Clear()
    {
        await state.ClearStateAsync();
        return Look(state);
    }

    public async Task<Seen> ClearOther()
    {
        await other.ClearStateAsync();
        return Look(other);
    }

    public async Task<Seen> Read()
    {
        await state.ReadStateAsync();
        return Look(state);
    }

    public async Task Meddle()
    {
        var mine = new Record { State = new Kept { Number = -1 } };
        await storage.ReadStateAsync("test.kept", this.GetGrainId(), mine);
        mine.State.Number++;
        await storage.WriteStateAsync("test.kept", this.GetGrainId(), mine);
    }

    public Task End()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Seen Look(IPersistentState<Kept> record) => new(record.State.Number, record.State.Text, record.RecordExists, record.Etag, _life);

    private sealed class Record : IGrainState<Kept>
    {
        [AllowNull]
        public Kept State { get; set; } = new();

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
