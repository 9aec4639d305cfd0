using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Tenancy;

namespace MetaGrains.Core.Tests.Keys;

public sealed class StableHashTests
{
    // Written down once: another value would move every account to another place.
    [Theory]
    [InlineData("", 17280346270528514342UL)]
    [InlineData("acct/0f8fad5b-d9cb-469f-a165-70867728950e/act_20235", 6369275056009856439UL)]
    public void The_hash_never_changes(string text, ulong hash) => Assert.Equal(hash, StableHash.Of(text));

    [Fact]
    public void Accounts_with_neighbouring_numbers_spread_evenly_over_the_sweeps()
    {
        const int accounts = 64_000;

        var sweeps = Keys(accounts).GroupBy(SweepKey.Of).Select(group => group.Count()).ToArray();

        Assert.Equal(SweepKey.Count, sweeps.Length);
        // 1,000 expected, standard deviation 31: five of them.
        Assert.All(sweeps, count => Assert.InRange(count, 845, 1155));
    }

    [Fact]
    public void Every_bit_of_the_hash_is_as_good_as_any_other()
    {
        const int accounts = 20_000;

        var hashes = Keys(accounts).Select(key => StableHash.Of(key.ToString())).ToArray();

        Assert.Equal(accounts, hashes.Distinct().Count());
        Assert.All(Enumerable.Range(0, 64), bit =>
            Assert.InRange(hashes.Count(hash => (hash >> bit & 1) == 1), (accounts / 2) - 400, (accounts / 2) + 400));
    }

    internal static IEnumerable<AdAccountKey> Keys(int count)
    {
        var tenant = new TenantId(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"));
        return Enumerable.Range(1, count).Select(number => new AdAccountKey(tenant, AdAccountId.Parse($"{number}")));
    }
}
