using MetaGrains.Core.Insights;

namespace MetaGrains.Testing;

/// <summary>A page made in memory, for tests of what happens after reading.</summary>
public sealed class FakePage(int number, params InsightRow[] rows) : InsightPage
{
    public override ReadOnlyMemory<InsightRow> Rows => rows;

    public override int Number => number;

    public override long Bytes => 1000;

    public override int Calls => 1;

    protected override void Dispose(bool disposing)
    {
    }
}
