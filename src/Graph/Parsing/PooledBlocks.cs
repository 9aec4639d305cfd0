namespace MetaGrains.Graph.Parsing;

/// <summary>
/// The bytes that the rows of one page point into. Blocks double, so a page of any size has few of them and no byte
/// moves once written.
/// </summary>
internal sealed class PooledBlocks
{
    private const int SmallestBlock = 64 * 1024;
    private const int LargestBlock = 4 * 1024 * 1024;

    private readonly List<PooledBlock> _blocks = new(8);
    private int _nextSize = SmallestBlock;

    /// <summary>Copies the bytes to where they stay until <see cref="Return"/>.</summary>
    public ReadOnlyMemory<byte> Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return default;
        if (_blocks.Count > 0 && _blocks[^1].TryAppend(bytes, out var copy))
            return copy;

        var block = new PooledBlock(Math.Max(_nextSize, bytes.Length));
        _nextSize = Math.Min(_nextSize * 2, LargestBlock);
        _blocks.Add(block);
        block.TryAppend(bytes, out copy);
        return copy;
    }

    /// <summary>Gives everything back.</summary>
    public void Return()
    {
        foreach (var block in _blocks)
            block.Return();
        _blocks.Clear();
    }
}
