using FsCheck;
using FsCheck.Fluent;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class PagingTests
{
    private static readonly string Range = RowReading.Range("2026-02-20", "2026-03-05");

    [Theory]
    [InlineData(0, "MAZDZD")]
    [InlineData(1, "MQZDZD")]
    [InlineData(23, "MjMZD")]
    [InlineData(24, "MjQZD")]
    [InlineData(72, "NzIZD")]
    [InlineData(100, "MTAw")]
    [InlineData(6076261167842, "NjA3NjI2MTE2Nzg0MgZDZD")]
    public void Cursors_look_as_recorded(long number, string cursor)
    {
        Assert.Equal(cursor, Cursors.Write(number));
        Assert.True(Cursors.TryRead(cursor, out var read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void Every_cursor_reads_back() =>
        Prop.ForAll<NonNegativeInt, NonNegativeInt>((high, low) =>
        {
            var number = ((long)high.Get * int.MaxValue) + low.Get;
            return Cursors.TryRead(Cursors.Write(number), out var read) && read == number;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task The_first_page_has_the_cursors_of_its_first_and_last_row()
    {
        await using var graph = await GraphCaller.StartAsync();
        var page = await graph.GetAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&{Range}");
        var cursors = page.GetProperty("paging").GetProperty("cursors");
        Assert.Equal(25, page.GetProperty("data").GetArrayLength());
        Assert.Equal("MAZDZD", cursors.Text("before"));
        Assert.Equal("MjQZD", cursors.Text("after"));
        var next = GraphCaller.Link(page, "next")!;
        Assert.StartsWith($"{graph.Server.BaseAddress}v25.0/{graph.FirstAccount}/insights?access_token={graph.Server.AccessToken}&", next.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("&after=MjQZD", next.ToString(), StringComparison.Ordinal);
        Assert.Null(GraphCaller.Link(page, "previous"));
    }

    [Fact]
    public async Task Previous_leads_back_and_the_last_page_has_no_next()
    {
        await using var graph = await GraphCaller.StartAsync();
        var first = await graph.GetAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=10&{Range}");
        var second = await GraphCaller.ReadAsync(await graph.Client.GetAsync(GraphCaller.Link(first, "next")));
        var back = await GraphCaller.ReadAsync(await graph.Client.GetAsync(GraphCaller.Link(second, "previous")));
        Assert.Equal(first.GetProperty("data").GetRawText(), back.GetProperty("data").GetRawText());
        var whole = await graph.GetAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=5000&{Range}");
        Assert.Null(GraphCaller.Link(whole, "next"));
        Assert.NotEqual(default, whole.GetProperty("paging").GetProperty("cursors"));
    }

    [Fact]
    public async Task An_empty_answer_is_exactly_an_empty_list()
    {
        await using var graph = await GraphCaller.StartAsync();
        var last = await graph.GetAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=5000&{Range}");
        var after = last.GetProperty("paging").GetProperty("cursors").Text("after");
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&{Range}&after={after}"));
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/campaigns?effective_status=[\"IN_PROCESS\"]"));
    }

    [Theory]
    [InlineData("after=nonsense")]
    [InlineData("before=%21")]
    [InlineData("after=LTIZD")]
    public async Task A_cursor_that_is_none_is_refused(string cursor)
    {
        await using var graph = await GraphCaller.StartAsync();
        var (status, error) = await graph.FailAsync($"{graph.FirstAccount}/insights?{cursor}");
        Assert.Equal(400, status);
        Assert.Equal(2642, error.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Gzip_is_sent_when_it_is_asked_for()
    {
        await using var graph = await GraphCaller.StartAsync();
        using var handler = new HttpClientHandler { AutomaticDecompression = System.Net.DecompressionMethods.GZip };
        using var client = new HttpClient(handler) { BaseAddress = graph.Server.BaseAddress };
        var call = $"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=100&{Range}";
        Assert.Equal(await graph.GetTextAsync(call), await client.GetStringAsync(new Uri(graph.Url(call), UriKind.Relative)));
        using var request = new HttpRequestMessage(HttpMethod.Get, graph.Url(call));
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        var response = await graph.Client.SendAsync(request);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
    }
}
