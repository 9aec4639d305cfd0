using System.Buffers;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <summary>A page whose rows and bytes are rented. After disposal its rows, and memory taken from them, throw.</summary>
internal sealed class ParsedPage(InsightRow[] rows, int count, PooledBlocks blocks, int number, long bytes) : InsightPage
{
    private InsightRow[]? _rows = rows;

    /// <inheritdoc />
    public override ReadOnlyMemory<InsightRow> Rows =>
        (_rows ?? throw new ObjectDisposedException(nameof(InsightPage))).AsMemory(0, count);

    /// <inheritdoc />
    public override int Number => number;

    /// <inheritdoc />
    public override long Bytes => bytes;

    /// <inheritdoc />
    public override int Calls => CallsMade;

    /// <inheritdoc />
    public override string? Next => NextCursor;

    /// <summary>Set once it is known whether a page follows.</summary>
    internal string? NextCursor { get; set; }

    /// <summary>Set once the attempts for this page are known.</summary>
    internal int CallsMade { get; set; } = 1;

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _rows, null) is not { } rented)
            return;
        Array.Clear(rented, 0, count);
        ArrayPool<InsightRow>.Shared.Return(rented);
        blocks.Return();
    }
}
