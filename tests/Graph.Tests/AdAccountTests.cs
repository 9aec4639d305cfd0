using MetaGrains.Core.Accounts;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class AdAccountTests
{
    private const string One =
        """{"id":"act_1","account_id":"1","name":"Eins","currency":"EUR","timezone_name":"Europe/Berlin","account_status":1,"disable_reason":0,"business":{"id":"77","name":"Haus"}}""";

    private const string Two =
        """{"account_id":"2","id":"act_2","name":"Zwei","currency":"JPY","timezone_name":"Asia/Tokyo","account_status":101}""";

    [Fact]
    public async Task All_pages_of_accounts_are_listed()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer($$$"""{"data":[{{{One}}}],"paging":{"cursors":{"before":"a","after":"b"},"next":"https://x?access_token=t&after=b"}}""")
            .Answer("""{"data":[],"paging":{"next":"https://x?after=c"}}""")
            .Answer($$"""{"data":[{{Two}}]}""");
        await using var client = new GraphClient(graph.Address);

        var accounts = await ListAsync(client);

        Assert.Equal(
            [
                new GraphAdAccount(AdAccountId.Parse("1"), "Eins", "EUR", "Europe/Berlin", 1, 0, "77", "Haus"),
                new GraphAdAccount(AdAccountId.Parse("2"), "Zwei", "JPY", "Asia/Tokyo", 101, null, null, null),
            ],
            accounts);
        Assert.Equal([true, false], accounts.Select(account => account.IsActive));
        Assert.Equal(["", "b", "c"], graph.Requests.Select(request => request.Query["after"].ToString()));
        Assert.All(graph.Requests, request => Assert.Equal(("/v25.0/me/adaccounts", "100"), (request.Path, request.Query["limit"].ToString())));
    }

    [Fact]
    public async Task One_account_is_read_by_its_id()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(2).Answer(Two);
        await using var client = new GraphClient(graph.Address);

        var account = await client.Accounts.GetAsync(AdAccountId.Parse("2"), GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal("Asia/Tokyo", account.TimezoneName);
        Assert.All(graph.Requests, request => Assert.Equal("/v25.0/act_2", request.Path));
        Assert.Equal(2, client.Observed.Count);
    }

    [Fact]
    public async Task An_account_that_the_token_does_not_see_is_gone()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(100, 33);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(
            () => client.Accounts.GetAsync(AdAccountId.Parse("2"), GraphClient.AccessToken, CancellationToken.None));

        Assert.Equal(GraphErrorKind.Gone, failure.Kind);
        Assert.Contains("adaccount of act_2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_comes_back_to_a_cursor_is_an_error()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var page = 0; page < 2; page++)
            graph.Answer("""{"data":[],"paging":{"next":"https://x?after=c"}}""");
        await using var client = new GraphClient(graph.Address);

        Assert.True((await Assert.ThrowsAsync<GraphException>(() => ListAsync(client))).WorthRereading);
    }

    [Theory]
    [InlineData("""{"data":[{"id":"act_2"}]}""")]
    [InlineData("""{"data":[7]}""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task An_answer_that_is_no_list_of_accounts_is_refused(string body)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(body);
        await using var client = new GraphClient(graph.Address, configure: options => options.MaxRetries = 0);

        Assert.Equal(GraphErrorKind.InvalidAnswer, (await Assert.ThrowsAsync<GraphException>(() => ListAsync(client))).Kind);
    }

    private static async Task<List<GraphAdAccount>> ListAsync(GraphClient client)
    {
        var accounts = new List<GraphAdAccount>();
        await foreach (var account in client.Accounts.ListAsync(GraphClient.AccessToken, CancellationToken.None))
            accounts.Add(account);
        return accounts;
    }
}
