using System.Collections.Immutable;
using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.Serialization;
using MetaGrains.Engine.Tests.Grains;
using Orleans.Serialization;

namespace MetaGrains.Engine.Tests.PortableOnly;

public sealed class CodecTests
{
    private readonly Codecs _codecs = new(ApplicationParts.Discover(), null!);

    [Fact]
    public void Values_come_back_from_the_wire_as_they_were()
    {
        Same(true);
        Same((byte)200);
        Same('ß');
        Same(-5);
        Same(ulong.MaxValue);
        Same(1.5);
        Same(-79228162514264337593543950335m);
        Same(Guid.NewGuid());
        Same(new DateTime(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc));
        Same(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.FromHours(-3)));
        Same(new DateOnly(1999, 12, 31));
        Same(TimeSpan.FromTicks(7));
        Same("");
        Same<string?>(null);
        Same<int?>(null);
        Same<int?>(3);
        Same(Colour.Green);
        Same((Colour)77);
        Same(new[] { "a", null, "c" });
        Same(default(ImmutableArray<int>));
        Same<Verdict>(new No("later", TimeSpan.FromSeconds(1)));
        Same(GrainId.Create("a", "b/c"));
    }

    [Fact]
    public void A_member_that_the_reader_does_not_know_is_skipped_and_one_that_is_missing_keeps_its_default()
    {
        var old = Read<OldVersion>(Write(new NewVersion { Name = "n", Extra = [1, 2, 3], More = new NewVersion { Name = "inner" } }));
        var young = Read<NewVersion>(Write(new OldVersion { Name = "o" }));

        Assert.Equal("n", old.Name);
        Assert.Equal(("o", "as constructed"), (young.Name, young.Added));
        Assert.Null(young.Extra);
    }

    [Fact]
    public void A_copy_shares_nothing_with_the_original()
    {
        var parcel = new Parcel { Words = ["a"], Numbers = new() { ["one"] = [1] } };

        var copy = ((Codec<Parcel>)_codecs.Root(typeof(Parcel))).Copy(parcel, 0);
        copy.Words.Add("b");
        copy.Numbers["one"][0] = 2;

        Assert.Equal(["a"], parcel.Words);
        Assert.Equal([1], parcel.Numbers["one"]);
    }

    [Fact]
    public void A_cycle_is_refused_instead_of_overflowing_the_stack()
    {
        var snake = new NewVersion();
        snake.More = snake;

        Assert.Throws<SerializerException>(() => Write(snake));
        Assert.Throws<SerializerException>(() => ((Codec<NewVersion>)_codecs.Root(typeof(NewVersion))).Copy(snake, 0));
    }

    [Theory]
    [InlineData(typeof(object), "System.Object")]
    [InlineData(typeof(IReadOnlyList<int>), "IReadOnlyList")]
    [InlineData(typeof(HashSet<int>), "HashSet")]
    [InlineData(typeof(List<Uri>), "Uri")]
    [InlineData(typeof(HasBadMember), "HasBadMember.Address")]
    [InlineData(typeof(LosesParameter), "parameter Lost")]
    [InlineData(typeof(TwiceTheSame), "[Id(1)]")]
    [InlineData(typeof(int[,]), "Int32[,]")]
    public void A_type_that_may_not_cross_is_refused_by_name(Type type, string named) =>
        Assert.Contains(named, Assert.Throws<CodecNotFoundException>(() => _codecs.Root(type)).Message);

    [Fact]
    public void Malformed_bytes_throw_one_kind_of_exception_and_nothing_else()
    {
        var random = new Random(20260101);
        var good = Write(new Parcel { Words = ["a", "b"], Numbers = new() { ["one"] = [1, 2] }, Lines = [new("x", 1)], Day = new DateOnly(2026, 1, 1), Bytes = [1] });
        for (var i = 0; i < 20_000; i++)
        {
            var bad = good[..random.Next(good.Length + 1)];
            for (var changes = random.Next(6); changes > 0 && bad.Length > 0; changes--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            Refuses<Parcel>(bad);
            Refuses<Verdict>(bad);
            Refuses<NewVersion>(bad);
        }
    }

    [Fact]
    public void A_lie_about_a_count_makes_no_huge_array() => Assert.Throws<SerializerException>(() => Read<int[]>([4, 0, 0, 0, 255, 255, 255, 127]));

    private void Refuses<T>(byte[] bytes)
    {
        try
        {
            Read<T>(bytes);
        }
        catch (SerializerException)
        {
            // The one kind.
        }
    }

    private void Same<T>(T value)
    {
        Assert.Equal(value, Read<T>(Write(value)));
        Assert.Equal(value, (T)_codecs.Root(typeof(T)).CopyObject(value, 0)!);
    }

    private byte[] Write<T>(T value)
    {
        using var writer = new WireWriter();
        ((Codec<T>)_codecs.Root(typeof(T))).Write(writer, value);
        return writer.Written.ToArray();
    }

    private T Read<T>(byte[] bytes)
    {
        var reader = new WireReader(bytes);
        return ((Codec<T>)_codecs.Root(typeof(T))).Read(ref reader);
    }

    [GenerateSerializer]
    internal sealed class OldVersion
    {
        [Id(0)]
        public string? Name { get; set; }
    }

    [GenerateSerializer]
    internal sealed class NewVersion
    {
        [Id(0)]
        public string? Name { get; set; }

        [Id(1)]
        public int[]? Extra { get; set; }

        [Id(200)]
        public NewVersion? More { get; set; }

        [Id(3)]
        public string Added { get; } = "as constructed";
    }

    [GenerateSerializer]
    internal sealed class HasBadMember
    {
        [Id(0)]
        public Uri? Address { get; set; }
    }

    [GenerateSerializer]
    internal sealed record LosesParameter([property: Id(0)] int Kept, int Lost);

    [GenerateSerializer]
    internal sealed class TwiceTheSame
    {
        [Id(1)]
        public int A { get; set; }

        [Id(1)]
        public int B { get; set; }
    }
}
