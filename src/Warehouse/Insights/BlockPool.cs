using System.Collections.Concurrent;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Blocks of memory for pages that wait. The shared pool keeps a few of a size, and what it does not keep the garbage
/// collector moves about for as long as it waits: here blocks come back, as long as all of them, in use or not, are
/// within the limit of what may wait.
/// </summary>
internal sealed class BlockPool(long mostBytes)
{
    /// <summary>Bytes of a block; larger than what the collector moves.</summary>
    public const int BlockBytes = 128 * 1024;

    private readonly ConcurrentBag<byte[]> _free = [];
    private long _made;

    /// <summary>A block with at least so much room, with anything in it.</summary>
    public byte[] Rent(int room)
    {
        if (room > BlockBytes)
            return GC.AllocateUninitializedArray<byte>(room);
        if (_free.TryTake(out var block))
            return block;
        Interlocked.Add(ref _made, BlockBytes);
        return GC.AllocateUninitializedArray<byte>(BlockBytes);
    }

    public void Return(byte[] block)
    {
        // One that was made for a single large row.
        if (block.Length != BlockBytes)
            return;
        if (Interlocked.Read(ref _made) <= mostBytes)
            _free.Add(block);
        else
            Interlocked.Add(ref _made, -BlockBytes);
    }
}
