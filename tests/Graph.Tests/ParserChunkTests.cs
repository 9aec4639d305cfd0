using System.Text;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ParserChunkTests
{
    private static readonly string Body = Pages.Page(
        Enumerable.Range(1, 40).Select(number => Pages.Row(number, number % 3 == 0 ? "" : Pages.Actions + Noise(number))), "NDAZD", next: true);

    private static readonly IReadOnlyList<Snapshot> Expected = Pages.Rows(Pages.Query(), Body);

    [Fact]
    public void The_whole_body_has_every_row() => Assert.Equal(40, Expected.Count);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void The_size_of_the_chunks_does_not_matter(int size) =>
        Assert.Equal(Expected, Pages.Rows(Pages.Query(), Body, () => size));

    [Fact]
    public void Random_chunks_do_not_matter()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            Assert.Equal(Expected, Pages.Rows(Pages.Query(), Body, () => random.Next(1, 1 << random.Next(1, 13))));
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(4096)]
    public void The_size_of_the_buffer_does_not_matter(int readSize)
    {
        var parser = Pages.Parser(Pages.Query(), readSize);
        using var page = Pages.Parse(parser, Encoding.UTF8.GetBytes(Body)).Page;

        Assert.Equal(Expected, Snapshot.Of(page!));
    }

    [Fact]
    public void A_row_larger_than_the_buffer_is_read()
    {
        var row = Pages.Row(1, $"\"ad_name\":\"{new string('x', 300_000)}\",");
        var parser = Pages.Parser(Pages.Query(), 512);
        using var page = Pages.Parse(parser, Encoding.UTF8.GetBytes(Pages.Page([row, Pages.Row(2)])), () => 300).Page;

        Assert.Equal(2, page!.Rows.Length);
        Assert.Equal(row, Encoding.UTF8.GetString(page.Rows.Span[0].Raw.Span));
    }

    [Fact]
    public void One_parser_reads_page_after_page()
    {
        var parser = Pages.Parser(Pages.Query());
        for (var number = 0; number < 5; number++)
        {
            using var page = Pages.Parse(parser, Encoding.UTF8.GetBytes(Body)).Page;
            Assert.Equal(Expected, Snapshot.Of(page!));
        }
    }

    [Fact]
    public void A_refused_page_leaves_no_trace_in_the_next()
    {
        var parser = Pages.Parser(Pages.Query());
        Assert.Throws<InvalidAnswerException>(() => Pages.Parse(parser, Encoding.UTF8.GetBytes(Body[..^30])));
        using var page = Pages.Parse(parser, Encoding.UTF8.GetBytes(Body)).Page;

        Assert.Equal(Expected, Snapshot.Of(page!));
    }

    private static string Noise(int number) => $"\"ad_name\":\"Anzeige \\u00e4 {new string('n', number * 5)} Ω\",\"x\":[{number},{{\"y\":{{}}}}],";
}
