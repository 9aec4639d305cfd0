using System.Collections.Concurrent;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests;

/// <summary>Memory for pages that wait: it comes back, and what is kept has a limit.</summary>
public sealed class BlockPoolTests
{
    private const int Kept = 3;

    private readonly BlockPool _pool = new(Kept * BlockPool.BlockBytes);

    [Fact]
    public void A_block_that_came_back_is_given_out_again()
    {
        var block = _pool.Rent(1);
        _pool.Return(block);

        Assert.Same(block, _pool.Rent(BlockPool.BlockBytes));
        Assert.NotSame(block, _pool.Rent(1));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(Kept, Kept)]
    [InlineData(Kept + 1, Kept)]
    [InlineData(10 * Kept, Kept)]
    public void Of_however_many_were_out_at_once_no_more_are_kept_than_the_limit(int atOnce, int kept)
    {
        for (var round = 0; round < 3; round++)
        {
            var blocks = Enumerable.Range(0, atOnce).Select(_ => _pool.Rent(1)).ToHashSet();
            Assert.Equal(atOnce, blocks.Count);
            foreach (var block in blocks)
                _pool.Return(block);

            var again = Enumerable.Range(0, atOnce).Select(_ => _pool.Rent(1)).ToList();
            Assert.Equal(kept, again.Count(blocks.Contains));
            again.ForEach(_pool.Return);
        }
    }

    [Fact]
    public void What_is_larger_than_a_block_is_made_for_its_row_and_never_kept()
    {
        var large = _pool.Rent(BlockPool.BlockBytes + 1);
        _pool.Return(large);

        Assert.True(large.Length > BlockPool.BlockBytes);
        Assert.Equal(BlockPool.BlockBytes, _pool.Rent(1).Length);
    }

    [Fact]
    public async Task However_many_rent_and_return_at_once_nobody_gets_what_somebody_has()
    {
        var taken = new ConcurrentDictionary<byte[], bool>(ReferenceEqualityComparer.Instance);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var time = 0; time < 20_000; time++)
            {
                var block = _pool.Rent(1);
                Assert.True(taken.TryAdd(block, true));
                Assert.True(taken.TryRemove(block, out bool _));
                _pool.Return(block);
            }
        })));
    }
}
