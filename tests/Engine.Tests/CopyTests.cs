using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests;

[Collection(MemoryCluster.Name)]
public sealed class CopyTests(MemoryCluster cluster)
{
    [Fact]
    public async Task Every_kind_of_value_arrives()
    {
        var parcel = new Parcel
        {
            Words = ["a", "ü"],
            Numbers = new() { ["one"] = [1, 2], ["two"] = [] },
            Lines = [new("x", 12.50m)],
            Colour = Colour.Green,
            Day = new DateOnly(2026, 2, 28),
            At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(9)),
            Bytes = [1, 2, 3],
            Unnumbered = "lost",
        };

        var answer = await Copying().Change(parcel);

        Assert.Equal(["a", "ü", "changed"], answer.Words);
        Assert.Equal([99, 2], answer.Numbers["one"]);
        Assert.Empty(answer.Numbers["two"]);
        Assert.Equal(parcel.Lines.AsEnumerable(), answer.Lines);
        Assert.Equal((parcel.Colour, parcel.Day, parcel.At), (answer.Colour, answer.Day, answer.At));
        Assert.Equal(parcel.At.Offset, answer.At.Offset);
        Assert.Equal([1, 2, 3], answer.Bytes!);
        Assert.Null(answer.Unnumbered);
        Assert.Equal(["a", "ü"], parcel.Words);
    }

    [Fact]
    public async Task Between_grains_of_one_silo_values_are_copied_just_as_well() => Assert.Equal("1 1 2 99 ", await Copying().ChangeNextDoor(Copying()));

    [Fact]
    public async Task A_derived_record_stays_what_it_is()
    {
        Assert.Equal(new Yes("because", 3), await Copying().Judge(yes: true));
        Assert.Equal(new No("not now", TimeSpan.FromMinutes(5)), await Copying().Judge(yes: false));
        Assert.Equal(new Yes("again", 1), await Copying().Judged(new Yes("again", 1)));
    }

    [Fact]
    public async Task What_is_immutable_is_not_copied_in_a_silo() => Assert.True(await Copying().KeepsNextDoor(Copying()));

    private ICopying Copying() => cluster.Grains.GetGrain<ICopying>($"copying/{Guid.NewGuid():N}");
}
