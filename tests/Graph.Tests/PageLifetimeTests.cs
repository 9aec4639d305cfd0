using System.Text;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class PageLifetimeTests
{
    [Fact]
    public void A_disposed_page_shows_nothing()
    {
        var page = Page(3);
        var row = page.Rows.Span[0];
        page.Dispose();

        Assert.Throws<ObjectDisposedException>(() => page.Rows);
        Assert.Throws<ObjectDisposedException>(() => row.Raw.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => row.Actions.Span.Length);
        page.Dispose();
    }

    [Fact]
    public void Two_pages_do_not_share_bytes()
    {
        using var first = Page(50);
        var before = Snapshot.Of(first);
        using var second = Page(50);

        Assert.Equal(before, Snapshot.Of(first));
    }

    [Fact]
    public void Warm_parsing_allocates_next_to_nothing_per_row()
    {
        const int Rows = 5000;
        var body = Encoding.UTF8.GetBytes(Pages.Page(Enumerable.Range(1, Rows).Select(number => Pages.Row(number, Pages.Actions))));
        var parser = Pages.Parser(Pages.Query());
        for (var warm = 0; warm < 3; warm++)
            Pages.Parse(parser, body).Page!.Dispose();

        // The pool may be trimmed by a collection in between, so the best of a few counts.
        var best = long.MaxValue;
        for (var trial = 0; trial < 5; trial++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pages.Parse(parser, body).Page!.Dispose();
            best = Math.Min(best, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(best / (double)Rows, 0, 64);
    }

    private static Parsing.ParsedPage Page(int rows) =>
        Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(
            Pages.Page(Enumerable.Range(1, rows).Select(number => Pages.Row(number, Pages.Actions))))).Page!;
}
