using System.Buffers;

namespace MetaGrains.Graph.Parsing;

/// <summary>
/// A rented array that knows when it was given back: memory sliced from it throws from then on, instead of showing
/// what the array's next tenant wrote.
/// </summary>
internal sealed class PooledBlock(int size) : MemoryManager<byte>
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(size);
    private int _used;

    /// <summary>Copies the bytes in; false when they do not fit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> copy)
    {
        var array = Array();
        if (bytes.Length > array.Length - _used)
        {
            copy = default;
            return false;
        }

        bytes.CopyTo(array.AsSpan(_used));
        copy = CreateMemory(_used, bytes.Length);
        _used += bytes.Length;
        return true;
    }

    /// <inheritdoc />
    public override Span<byte> GetSpan() => Array();

    /// <inheritdoc />
    public override MemoryHandle Pin(int elementIndex = 0) => Array().AsMemory(elementIndex).Pin();

    /// <inheritdoc />
    public override void Unpin()
    {
        // The handle of Pin belongs to the array and unpins itself.
    }

    /// <summary>Gives the array back.</summary>
    public void Return() => Dispose(disposing: true);

    /// <inheritdoc />
    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = Array();
        return true;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            ArrayPool<byte>.Shared.Return(array);
    }

    private byte[] Array() => _array ?? throw new ObjectDisposedException(nameof(Core.Insights.InsightPage));
}
