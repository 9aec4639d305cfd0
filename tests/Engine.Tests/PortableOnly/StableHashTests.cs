using MetaGrains.Engine.Runtime;
using MetaGrains.Engine.State;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>Numbers that Orleans' own assemblies computed; rows in databases depend on them.</summary>
public sealed class StableHashTests
{
    [Fact]
    public void The_hash_of_nothing_is_that_of_Orleans() => Assert.Equal(0x055DCC02u, StableHash.Compute([]));

    [Theory]
    [InlineData("account", "order:42", 802303650)]
    [InlineData("account", "order:1", -868385756)]
    public void The_reminder_hash_is_that_of_Orleans(string type, string key, int hash) =>
        Assert.Equal(hash, (int)GrainId.Create(type, key).GetUniformHashCode());

    [Theory]
    [InlineData("state", 631257761)]
    [InlineData("profile", -373461166)]
    public void The_hash_of_a_state_name_is_that_of_Orleans(string name, int hash) => Assert.Equal(hash, StorageKey.Of(name, Grain("x")).TypeHash);

    [Theory]
    [InlineData("order:42", 1093163097)]
    [InlineData("a-string-key-longer-than-16", 363558198)]
    [InlineData("2A", -110949262)]
    public void The_hash_of_a_key_is_that_of_Orleans(string key, int hash) => Assert.Equal(hash, StorageKey.Of("state", Grain(key)).IdHash);

    [Theory]
    [InlineData("order:42", 0, "order:42")]
    [InlineData("abc", 2748, null)]
    [InlineData("ABC", 2748, null)]
    [InlineData("0042", 66, null)]
    [InlineData("cafe+latte", 51966, "latte")]
    [InlineData("FFFFFFFFFFFFFFFF", -1, null)]
    [InlineData("dead-beef", 0, "dead-beef")]
    [InlineData("user+1", 0, "user+1")]
    [InlineData("123456789012345678", 0, "123456789012345678")]
    public void A_key_is_split_as_Orleans_does(string key, long number, string? extension)
    {
        var row = StorageKey.Of("state", Grain(key));

        Assert.Equal((0, number, extension), (row.N0, row.N1, row.Extension));
    }

    [Fact]
    public void A_key_of_32_digits_is_a_guid()
    {
        var guid = new Guid("00112233-4455-6677-8899-aabbccddeeff");

        var row = StorageKey.Of("state", Grain(guid.ToString("N")));

        Assert.Equal((BitConverter.ToInt64(guid.ToByteArray(), 0), BitConverter.ToInt64(guid.ToByteArray(), 8), null), (row.N0, row.N1, row.Extension));
    }

    private static GrainId Grain(string key) => GrainId.Create("account", key);
}
