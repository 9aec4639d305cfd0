using System.Collections.Immutable;

namespace MetaGrains.Engine.Tests.Grains;

public enum Colour
{
    Red,
    Green,
}

[GenerateSerializer, Alias("test.Line")]
public sealed record Line([property: Id(0)] string Text, [property: Id(1)] decimal Price);

[GenerateSerializer, Alias("test.Parcel")]
public sealed class Parcel
{
    [Id(0)]
    public List<string> Words { get; set; } = [];

    [Id(1)]
    public Dictionary<string, int[]> Numbers { get; set; } = [];

    [Id(2)]
    public ImmutableArray<Line> Lines { get; set; } = [];

    [Id(3)]
    public Colour Colour { get; set; }

    [Id(4)]
    public DateOnly? Day { get; set; }

    [Id(5)]
    public DateTimeOffset At { get; set; }

    [Id(6)]
    public byte[]? Bytes { get; set; }

    /// <summary>Without [Id] it stays behind.</summary>
    [field: NonSerialized]
    public string? Unnumbered { get; set; }
}

[GenerateSerializer, Alias("test.Verdict")]
public abstract record Verdict([property: Id(0)] string Why);

[GenerateSerializer, Alias("test.Yes")]
public sealed record Yes(string Why, [property: Id(1)] int Times) : Verdict(Why);

[GenerateSerializer, Alias("test.No")]
public sealed record No(string Why, [property: Id(1)] TimeSpan Wait) : Verdict(Why);

[GenerateSerializer, Immutable, Alias("test.Stone")]
public sealed class Stone
{
    [Id(0)]
    public int[] Marks { get; set; } = [];
}

[Alias("test.ICopying")]
public interface ICopying : IGrainWithStringKey
{
    Task<Parcel> Change(Parcel parcel);

    /// <summary>Calls another grain in the silo, so nothing goes over a wire.</summary>
    Task<string> ChangeNextDoor(ICopying other);

    Task<Verdict> Judge(bool yes);

    Task<Verdict> Judged(Verdict verdict);

    Task<Stone> Keep(Stone stone);

    Task<bool> KeepsNextDoor(ICopying other);
}

[GrainType("test.copying")]
public sealed class CopyingGrain : Grain, ICopying
{
    public Task<Parcel> Change(Parcel parcel)
    {
        parcel.Words.Add("changed");
        parcel.Numbers["one"][0] = 99;
        return Task.FromResult(parcel);
    }

    public async Task<string> ChangeNextDoor(ICopying other)
    {
        var parcel = new Parcel { Words = ["mine"], Numbers = new() { ["one"] = [1] }, Unnumbered = "stays" };
        var answer = await other.Change(parcel);
        return $"{parcel.Words.Count} {parcel.Numbers["one"][0]} {answer.Words.Count} {answer.Numbers["one"][0]} {answer.Unnumbered}";
    }

    public Task<Verdict> Judge(bool yes) => Task.FromResult<Verdict>(yes ? new Yes("because", 3) : new No("not now", TimeSpan.FromMinutes(5)));

    public Task<Verdict> Judged(Verdict verdict) => Task.FromResult(verdict);

    public Task<Stone> Keep(Stone stone) => Task.FromResult(stone);

    public async Task<bool> KeepsNextDoor(ICopying other)
    {
        var stone = new Stone { Marks = [1] };
        return ReferenceEquals(stone, await other.Keep(stone));
    }
}
