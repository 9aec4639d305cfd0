using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>Batches and <c>ids=</c> against the simulator, over a socket.</summary>
public sealed class SimulatorBatchTests
{
    private const int PerAccount = 40;

    [Fact]
    public async Task A_hundred_and_twenty_items_go_out_in_three_requests_and_are_credited_to_their_accounts()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        var permits = new CountedPermits();

        var answers = await graph.Client.Batch.SendAsync(Requests(graph, permits), SimulatedGraph.Token, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 120).Select(index => graph.Server.AccountIds[index % 3]), answers.Select(answer => answer.Read(IdOf)));
        Assert.Equal((120, 120), (permits.Taken, answers.Sum(answer => answer.Calls)));
        Assert.Equal(120, (await graph.CallsAsync()).Count(call => call.Batched));
        var items = graph.Client.Observed.Where(one => one.Call.Account is not null).ToArray();
        Assert.Equal(3, graph.Client.Observed.Count - items.Length);
        foreach (var account in graph.Server.AccountIds)
        {
            var own = items.Where(one => one.Call.Account.ToString() == account).ToArray();
            Assert.Equal(PerAccount, own.Length);
            Assert.All(own, one => Assert.Equal(account[4..], Assert.Single(one.Usage.Business).ObjectId));
        }
    }

    [Fact]
    public async Task Only_items_that_are_null_or_960_are_sent_again_and_each_time_counts()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.BatchNull, Times: 2, Account: graph.Server.AccountIds[0]));
        graph.Server.Faults.Add(new InjectedFault(FaultKind.BatchTimeout, Times: 3, Account: graph.Server.AccountIds[2]));
        var permits = new CountedPermits();

        var answers = await graph.PassAsync(graph.Client.Batch.SendAsync(Requests(graph, permits), SimulatedGraph.Token, CancellationToken.None));

        Assert.Equal(Enumerable.Range(0, 120).Select(index => graph.Server.AccountIds[index % 3]), answers.Select(answer => answer.Read(IdOf)));
        Assert.Equal(0, graph.Server.Faults.Remaining);
        Assert.Equal((125, 125), (permits.Taken, answers.Sum(answer => answer.Calls)));
        Assert.Equal(125, (await graph.CallsAsync()).Count(call => call.Batched));
        Assert.Equal([2, 2, 2, 2, 2], answers.Select(answer => answer.Calls).Where(calls => calls > 1));
    }

    [Fact]
    public async Task An_item_that_is_refused_fails_alone()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.ThrottleAccount, Times: PerAccount, Account: graph.Server.AccountIds[1]));

        var answers = await graph.Client.Batch.SendAsync(Requests(graph, CallPermits.Unlimited), SimulatedGraph.Token, CancellationToken.None);

        Assert.All(answers.Where((_, index) => index % 3 == 1), answer => Assert.Equal((17, ThrottleScope.AccountScore, 1), (answer.Failure!.Code, answer.Failure.Scope, answer.Calls)));
        Assert.All(answers.Where((_, index) => index % 3 != 1), answer => Assert.Null(answer.Failure));
    }

    [Fact]
    public async Task Ids_are_read_fifty_at_a_time_and_each_counts_as_a_call()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, Accounts = 40 });
        var (account, ids) = await LargestAsync(graph);
        var before = (await graph.CallsAsync()).Count;
        var permits = new CountedPermits();

        var reads = await graph.Client.Entities.GetAsync(EntityEdges.Ads, account, ids, SimulatedGraph.Token, permits, CancellationToken.None);

        Assert.True(ids.Count > 50);
        Assert.Equal(ids.Order(StringComparer.Ordinal), reads.Found.Select(ad => ad.Id).Order(StringComparer.Ordinal));
        Assert.All(reads.Found, ad => Assert.Equal(account.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), ad.Raw.GetProperty("account_id").GetString()));
        Assert.Equal((ids.Count, ids.Count, ids.Count), (reads.Calls, permits.Taken, (await graph.CallsAsync()).Count - before));
        Assert.True(reads.Gone.IsEmpty && reads.Failed.IsEmpty);
    }

    [Fact]
    public async Task One_id_that_is_gone_costs_the_others_a_batch_and_is_told_apart()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        var account = graph.Account();
        var ids = (await CensusAsync(graph, account)).Take(9).Append("999").ToArray();
        var permits = new CountedPermits();

        var reads = await graph.Client.Entities.GetAsync(EntityEdges.Ads, account, ids, SimulatedGraph.Token, permits, CancellationToken.None);

        Assert.Equal(ids[..^1], reads.Found.Select(ad => ad.Id));
        Assert.Equal("999", Assert.Single(reads.Gone));
        Assert.Equal((2 * ids.Length, 2 * ids.Length), (reads.Calls, permits.Taken));
    }

    private static GraphRequest[] Requests(SimulatedGraph graph, ICallPermits permits) =>
        [.. Enumerable.Range(0, 3 * PerAccount).Select(index => graph.Account(index % 3)).Select(account =>
            new GraphRequest("adaccount", account.ToString(), account) { Permits = permits }.With("fields", "id,name"))];

    private static string IdOf(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<(AdAccountId Account, IReadOnlyList<string> Ads)> LargestAsync(SimulatedGraph graph)
    {
        for (var number = 0; number < graph.Server.AccountIds.Count; number++)
        {
            var ids = await CensusAsync(graph, graph.Account(number));
            if (ids.Count > 50)
                return (graph.Account(number), ids);
        }

        throw new InvalidOperationException("No account has more than 50 ads.");
    }

    private static async Task<IReadOnlyList<string>> CensusAsync(SimulatedGraph graph, AdAccountId account)
    {
        var ids = new List<string>();
        await foreach (var page in graph.Client.Entities.CensusAsync(new AdQuery(account), SimulatedGraph.Token, CancellationToken.None))
            ids.AddRange(page.Items);
        return ids;
    }
}
