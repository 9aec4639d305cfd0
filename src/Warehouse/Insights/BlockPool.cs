using System.Collections.Concurrent;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Blocks of memory for pages that wait. The shared pool keeps a few of a size, and what it does not keep the garbage
/// collector moves about for as long as it waits: here blocks come back, up to the limit of what may wait at all.
/// </summary>
internal sealed class BlockPool(long mostBytes)
{
    /// <summary>Bytes of a block; larger than what the collector moves.</summary>
    public const int BlockBytes = 128 * 1024;

    private readonly ConcurrentBag<byte[]> _free = [];
    private long _kept;

    /// <summary>A block with at least so much room, with anything in it.</summary>
    public byte[] Rent(int room)
    {
        if (room > BlockBytes)
            return GC.AllocateUninitializedArray<byte>(room);
        if (!_free.TryTake(out var block))
            return GC.AllocateUninitializedArray<byte>(BlockBytes);
        Interlocked.Add(ref _kept, -BlockBytes);
        return block;
    }

    public void Return(byte[] block)
    {
        if (block.Length != BlockBytes || Interlocked.Add(ref _kept, BlockBytes) > mostBytes)
        {
            if (block.Length == BlockBytes)
                Interlocked.Add(ref _kept, -BlockBytes);
            return;
        }

        _free.Add(block);
    }
}
