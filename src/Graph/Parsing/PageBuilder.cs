using System.Buffers;
using MetaGrains.Core.Insights;

namespace MetaGrains.Graph.Parsing;

/// <summary>Collects the rows of one page in pooled arrays, until they become a page or are given back.</summary>
internal sealed class PageBuilder
{
    private InsightRow[] _rows;
    private int _count;

    public PageBuilder(int expectedRows) => _rows = ArrayPool<InsightRow>.Shared.Rent(Math.Max(16, expectedRows));

    /// <summary>The bytes that the rows point into.</summary>
    public PooledBlocks Blocks { get; } = new();

    /// <summary>Rows so far.</summary>
    public int Count => _count;

    /// <summary>The place of the next row, to be written at once: a row is too wide to be copied twice.</summary>
    public ref InsightRow Next()
    {
        if (_count == _rows.Length)
        {
            var larger = ArrayPool<InsightRow>.Shared.Rent(_count * 2);
            _rows.AsSpan(0, _count).CopyTo(larger);
            ReturnRows();
            _rows = larger;
        }

        return ref _rows[_count++];
    }

    /// <summary>Hands everything to a page, which returns it.</summary>
    public ParsedPage Build(int number, long bytes) => new(_rows, _count, Blocks, number, bytes);

    /// <summary>Gives everything back: the page is not to be.</summary>
    public void Abandon()
    {
        ReturnRows();
        _rows = [];
        _count = 0;
        Blocks.Return();
    }

    private void ReturnRows()
    {
        if (_rows.Length == 0)
            return;
        // The pool must not keep the strings of rows alive.
        Array.Clear(_rows, 0, _count);
        ArrayPool<InsightRow>.Shared.Return(_rows);
    }
}
