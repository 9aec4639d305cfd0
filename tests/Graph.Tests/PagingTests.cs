using System.IO.Compression;
using System.Text;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class PagingTests
{
    [Fact]
    public async Task Pages_are_read_until_next_is_absent()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([Pages.Row(1), Pages.Row(2)], "MQ", next: true))
            .Answer(Pages.Page([], "Mg", next: true))
            .Answer(Pages.Page([Pages.Row(3)], "Mw", next: true))
            .Answer(Pages.Page([Pages.Row(4)], "NA"));
        await using var client = new GraphClient(graph.Address);

        var pages = await client.ReadAllAsync(Pages.Query());

        Assert.Equal([2, 0, 1, 1], pages.Select(page => page.Rows.Count));
        Assert.Equal([0, 1, 2, 3], pages.Select(page => page.Number));
        Assert.All(pages, page => Assert.Equal(1, page.Calls));
        Assert.Equal(["", "MQ", "Mg", "Mw"], graph.Requests.Select(request => request.Query["after"].ToString()));
        Assert.All(graph.Requests, request => Assert.Equal("500", request.Query["limit"]));
    }

    [Fact]
    public async Task An_empty_answer_without_paging_is_one_empty_page()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"data":[]}""");
        await using var client = new GraphClient(graph.Address);

        Assert.Empty(Assert.Single(await client.ReadAllAsync(Pages.Query())).Rows);
    }

    [Theory]
    [InlineData("MQ", "MQ")]
    [InlineData("MQ", "Mg", "MQ")]
    public async Task A_cursor_that_comes_back_is_an_error(params string[] cursors)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        foreach (var cursor in cursors)
            graph.Answer(Pages.Page([Pages.Row()], cursor, next: true));
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal(GraphErrorKind.InvalidAnswer, failure.Kind);
        Assert.True(failure.WorthRereading);
        Assert.Equal(1, failure.Calls);
        Assert.Equal(cursors.Length, graph.Requests.Count);
    }

    [Fact]
    public async Task A_next_without_a_cursor_is_an_error()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"data":[],"paging":{"next":"https://graph.facebook.com/x?limit=5"}}""");
        await using var client = new GraphClient(graph.Address);

        Assert.Contains("no cursor", (await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_walk_beyond_the_limit_is_an_error()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var page = 0; page < 3; page++)
            graph.Answer(Pages.Page([Pages.Row()], $"c{page}", next: true));
        await using var client = new GraphClient(graph.Address, configure: options => options.MaxPages = 3);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal(GraphErrorKind.TooMuchData, failure.Kind);
        Assert.Equal(3, graph.Requests.Count);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Compressed_answers_are_read(string encoding)
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page(Enumerable.Range(1, 500).Select(number => Pages.Row(number))));
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Do(async context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            await using Stream packed = encoding == "gzip"
                ? new GZipStream(context.Response.Body, CompressionLevel.Fastest)
                : new BrotliStream(context.Response.Body, CompressionLevel.Fastest);
            await packed.WriteAsync(body);
        });
        await using var client = new GraphClient(graph.Address);

        var page = Assert.Single(await client.ReadAllAsync(Pages.Query()));

        Assert.Equal(500, page.Rows.Count);
        Assert.Equal(body.Length, page.Bytes);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            graph.Do(context =>
            {
                context.Response.Redirect("/elsewhere");
                return Task.CompletedTask;
            });
        }

        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.InvalidAnswer, 302), (failure.Kind, failure.Status));
        Assert.DoesNotContain(graph.Requests, request => request.Path == "/elsewhere");
    }
}
