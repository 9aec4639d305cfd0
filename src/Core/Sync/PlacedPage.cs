using System.Collections.Immutable;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync;

/// <summary>A page at its place in a slice that several requests fill, with the mark of what its request left out.</summary>
internal sealed class PlacedPage(InsightPage page, int number, ImmutableArray<string> leftOut) : InsightPage
{
    /// <inheritdoc />
    public override ReadOnlyMemory<InsightRow> Rows => page.Rows;

    /// <inheritdoc />
    public override int Number => number;

    /// <inheritdoc />
    public override long Bytes => page.Bytes;

    /// <inheritdoc />
    public override int Calls => page.Calls;

    /// <inheritdoc />
    public override string? Next => page.Next;

    /// <inheritdoc />
    public override ImmutableArray<string> Incomplete => leftOut;

    /// <summary>The page as it is where nothing differs.</summary>
    public static InsightPage Of(InsightPage page, int number, ImmutableArray<string> leftOut) =>
        number == page.Number && leftOut.IsEmpty ? page : new PlacedPage(page, number, [.. page.Incomplete.Union(leftOut, StringComparer.Ordinal)]);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            page.Dispose();
    }
}
