using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class EntityTests
{
    private const string Campaign =
        """{"id":"6076261167842","account_id":"361744628296290","name":"Sommer ☀","objective":"OUTCOME_LEADS","status":"ACTIVE","effective_status":"WITH_ISSUES","buying_type":"AUCTION","daily_budget":"500","lifetime_budget":"0","spend_cap":"922337203685478","start_time":"1969-12-31T15:59:59-0800","created_time":"2017-04-25T16:54:27-0700","updated_time":"2026-02-03T00:00:01+0000","new_field":{"x":[1]}}""";

    private const string AdSet =
        """{"id":23844000000000001,"campaign_id":"6076261167842","name":"A","status":"PAUSED","effective_status":"CAMPAIGN_PAUSED","daily_budget":"500","bid_amount":70,"optimization_goal":"LEAD_GENERATION","learning_stage_info":{"status":"FAIL"},"targeting":{"age_min":18},"end_time":"2026-03-01T00:00:00+0100"}""";

    private const string Ad =
        """{"id":"23845000000000001","campaign_id":"1","adset_id":"2","name":"B","creative":{"id":"77"},"issues_info":[{"error_code":1815869}],"effective_status":"SOMETHING_NEW"}""";

    private const string Creative = """{"id":"77","name":"C","object_type":"VIDEO","video_id":"9","thumbnail_url":"https://cdn/x?sig=1"}""";

    [Fact]
    public async Task Every_kind_is_read_with_its_columns_and_its_raw_object()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(List(Campaign)).Answer(List(AdSet)).Answer(List(Ad)).Answer(List(Creative));
        await using var client = new GraphClient(graph.Address);

        var campaign = Assert.Single(await ListAsync(client, new CampaignQuery(Pages.Account)));
        var adSet = Assert.Single(await ListAsync(client, new AdSetQuery(Pages.Account)));
        var ad = Assert.Single(await ListAsync(client, new AdQuery(Pages.Account)));
        var creative = Assert.Single(await ListAsync(client, new CreativeQuery(Pages.Account)));

        Assert.Equal(("6076261167842", "Sommer ☀", "OUTCOME_LEADS", "WITH_ISSUES"), (campaign.Id, campaign.Name, campaign.Objective, campaign.EffectiveStatus));
        Assert.Equal((500m, 0m, 922337203685478m, (decimal?)null), (campaign.DailyBudget, campaign.LifetimeBudget, campaign.SpendCap, campaign.BudgetRemaining));
        Assert.Null(campaign.StartTime);
        Assert.Equal(new DateTimeOffset(2017, 4, 25, 16, 54, 27, TimeSpan.FromHours(-7)), campaign.CreatedTime);
        Assert.Equal(Campaign, campaign.Raw.GetRawText());
        Assert.Equal(("23844000000000001", "6076261167842", 70m, "FAIL"), (adSet.Id, adSet.CampaignId, adSet.BidAmount, adSet.LearningStatus));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.FromHours(1)), adSet.EndTime);
        Assert.Equal(("1", "2", "77", 1, "SOMETHING_NEW"), (ad.CampaignId, ad.AdsetId, ad.CreativeId, ad.Issues!.Value.GetArrayLength(), ad.EffectiveStatus));
        Assert.Equal(("VIDEO", "9"), (creative.ObjectType, creative.VideoId));
        Assert.Equal(["campaigns", "adsets", "ads", "adcreatives"], graph.Requests.Select(request => request.Path.Split('/')[^1]));
        Assert.All(graph.Requests, request => Assert.Equal(("100", true), (request.Query["limit"].ToString(), request.Query["fields"].ToString().StartsWith("id,", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Pages_are_walked_to_the_end_empty_ones_too_and_a_census_reads_ids_alone()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(List("""{"id":"1"},{"id":2}""", "a")).Answer(List("", "b")).Error(2).Answer(List("""{"id":"3"}"""));
        var permits = new CountedPermits();
        await using var client = new GraphClient(graph.Address);
        var pages = new List<EntityPage<string>>();

        await foreach (var page in client.Entities.CensusAsync(new AdQuery(Pages.Account) { Permits = permits }, GraphClient.AccessToken, CancellationToken.None))
            pages.Add(page);

        Assert.Equal(["1 2", "", "3"], pages.Select(page => string.Join(' ', page.Items)));
        Assert.Equal([1, 1, 2], pages.Select(page => page.Calls));
        Assert.Equal(["", "a", "b", "b"], graph.Requests.Select(request => request.Query["after"].ToString()));
        Assert.All(graph.Requests, request => Assert.Equal(("id", "1000"), (request.Query["fields"].ToString(), request.Query["limit"].ToString())));
        Assert.Equal(4, permits.Taken);
    }

    [Fact]
    public async Task Each_kind_is_narrowed_as_its_edge_understands()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 4; call++)
            graph.Answer(List(""));
        await using var client = new GraphClient(graph.Address);
        var since = DateTimeOffset.FromUnixTimeSeconds(1_760_000_000);

        await ListAsync(client, new CampaignQuery(Pages.Account) { Statuses = ["ACTIVE", "ARCHIVED"], UpdatedSince = since });
        await ListAsync(client, new AdSetQuery(Pages.Account) { CampaignId = "12", UpdatedSince = since });
        await ListAsync(client, new AdQuery(Pages.Account) { ParentId = "34", UpdatedSince = since, Filtering = [new InsightsFilter("ad.id", "IN", ["5", "6"])] });
        await ListAsync(client, new CreativeQuery(Pages.Account) { AdId = "56" });

        var (campaigns, adSets, ads, creatives) = (graph.Requests.ElementAt(0), graph.Requests.ElementAt(1), graph.Requests.ElementAt(2), graph.Requests.ElementAt(3));
        Assert.Equal("""["ACTIVE","ARCHIVED"]""", campaigns.Query["effective_status"]);
        Assert.Equal("""[{"field":"campaign.updated_time","operator":"GREATER_THAN","value":1759999999}]""", campaigns.Query["filtering"]);
        Assert.False(campaigns.Query.ContainsKey("updated_since"));
        Assert.Equal(("/v25.0/12/adsets", "1760000000"), (adSets.Path, adSets.Query["updated_since"].ToString()));
        Assert.Equal(("/v25.0/34/ads", "1760000000"), (ads.Path, ads.Query["updated_since"].ToString()));
        Assert.Equal("""[{"field":"ad.id","operator":"IN","value":["5","6"]}]""", ads.Query["filtering"]);
        Assert.Equal("/v25.0/56/adcreatives", creatives.Path);
    }

    [Theory]
    [InlineData("act_1/x")]
    [InlineData("")]
    [InlineData("1?access_token=")]
    public void A_parent_that_is_no_id_cannot_be_asked(string parent) =>
        Assert.Throws<ArgumentException>(() => new AdQuery(Pages.Account) { ParentId = parent });

    [Fact]
    public async Task A_page_that_is_too_large_is_asked_for_with_half_the_limit_from_the_same_cursor_on()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(List("""{"id":"1"}""", "a"))
            .Error(1, null, 500, "Please reduce the amount of data you're asking for, then retry your request")
            .Error(1, null, 500, "Please reduce the amount of data you're asking for, then retry your request")
            .Answer(List("""{"id":"2"}""", "b")).Answer(List("""{"id":"3"}"""));
        await using var client = new GraphClient(graph.Address);

        var ads = await ListAsync(client, new AdQuery(Pages.Account));

        Assert.Equal(["1", "2", "3"], ads.Select(ad => ad.Id));
        Assert.Equal([" 100", "a 100", "a 50", "a 25", "b 25"], graph.Requests.Select(request => $"{request.Query["after"]} {request.Query["limit"]}"));
    }

    [Fact]
    public async Task An_object_that_is_ill_typed_is_named_and_costs_the_others_of_its_page_nothing()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(List("""{"id":"1","name":"A"},{"id":"2","name":{"x":1}},{"id":"3","created_time":"yesterday"},{"id":"4","name":"D"}"""));
        await using var client = new GraphClient(graph.Address);
        var pages = new List<EntityPage<AdRecord>>();

        await foreach (var page in client.Entities.ListAsync(new AdQuery(Pages.Account), GraphClient.AccessToken, CancellationToken.None))
            pages.Add(page);

        Assert.Equal(["1", "4"], Assert.Single(pages).Items.Select(ad => ad.Id));
        Assert.Equal(["Ad 2 name is a JSON Object, not a text.", "Ad 3 'yesterday' is no time of created_time."], pages[0].Unreadable.Select(one => $"{one.Kind} {one.Id} {one.Reason}"));
    }

    [Theory]
    [InlineData("""{"data":[{"name":"x"}]}""")]
    [InlineData("""{"data":[{"id":"x1"}]}""")]
    [InlineData("""{"data":[7]}""")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":[{"id":"1"}""")]
    public async Task A_list_with_an_object_that_cannot_be_known_again_is_no_answer(string body)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(body);
        await using var client = new GraphClient(graph.Address, configure: options => options.MaxRetries = 0);

        var failure = await Assert.ThrowsAsync<GraphException>(() => ListAsync(client, new AdQuery(Pages.Account)));

        Assert.Equal(GraphErrorKind.InvalidAnswer, failure.Kind);
    }

    /// <summary>Reading by id.</summary>
    public sealed class ById
    {
        [Fact]
        public async Task Fifty_ids_travel_in_one_request_and_count_as_fifty_calls()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            foreach (var chunk in new[] { (1, 50), (51, 10) })
                graph.Answer(Keyed(Enumerable.Range(chunk.Item1, chunk.Item2)));
            var permits = new CountedPermits();
            await using var client = new GraphClient(graph.Address);

            var reads = await GetAsync(client, Enumerable.Range(1, 60), permits);

            Assert.Equal(60, reads.Found.Length);
            Assert.Equal((60, 60), (reads.Calls, permits.Taken));
            Assert.All(graph.Requests, request => Assert.Equal("/v25.0/", request.Path));
            Assert.Equal([50, 10], graph.Requests.Select(request => request.Query["ids"].ToString().Split(',').Length));
        }

        [Fact]
        public async Task Ids_that_Meta_leaves_out_are_gone()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer(Keyed([1, 3]));
            await using var client = new GraphClient(graph.Address);

            var reads = await GetAsync(client, [1, 2, 3]);

            Assert.Equal(("1 3", "2"), (string.Join(' ', reads.Found.Select(ad => ad.Id)), string.Join(' ', reads.Gone)));
        }

        [Fact]
        public async Task One_id_that_is_gone_costs_the_others_nothing_but_a_call()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Error(803, null, 404, "(#803) Some of the aliases you requested do not exist: 2")
                .Batch(new ScriptedItem("""{"id":"1"}"""), new ScriptedItem(Pages.Error(100, 33), 400), new ScriptedItem(Pages.Error(200), 403));
            var permits = new CountedPermits();
            await using var client = new GraphClient(graph.Address);

            var reads = await GetAsync(client, [1, 2, 3], permits);

            Assert.Equal("1", Assert.Single(reads.Found).Id);
            Assert.Equal("2", Assert.Single(reads.Gone));
            Assert.Equal(("3", GraphErrorKind.Permission), (Assert.Single(reads.Failed).Key, Assert.Single(reads.Failed).Value.Kind));
            Assert.Equal((6, 6), (reads.Calls, permits.Taken));
        }

        [Fact]
        public async Task What_fails_for_all_is_told_for_each()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Error(17, 2446079);
            await using var client = new GraphClient(graph.Address);

            var reads = await GetAsync(client, [1, 2]);

            Assert.Equal(["1", "2"], reads.Failed.Keys.Order(StringComparer.Ordinal));
            Assert.All(reads.Failed.Values, failure => Assert.True(failure.RateLimited));
        }

        [Fact]
        public async Task An_object_under_the_id_of_another_is_no_answer()
        {
            await using var graph = await ScriptedGraph.StartAsync();
            graph.Answer("""{"1":{"id":"2"},"2":{"id":"2"}}""");
            await using var client = new GraphClient(graph.Address, configure: options => options.MaxRetries = 0);

            var reads = await GetAsync(client, [1, 2]);

            Assert.All(reads.Failed.Values, failure => Assert.Equal(GraphErrorKind.InvalidAnswer, failure.Kind));
            Assert.Equal(2, reads.Failed.Count);
        }

        private static Task<EntityReads<AdRecord>> GetAsync(GraphClient client, IEnumerable<int> ids, ICallPermits? permits = null) =>
            client.Entities.GetAsync(
                EntityEdges.Ads, AdAccountId.Parse("7"), [.. ids.Select(id => $"{id}")], GraphClient.AccessToken, permits ?? CallPermits.Unlimited, CancellationToken.None);

        private static string Keyed(IEnumerable<int> ids) => $"{{{string.Join(',', ids.Select(id => $"\"{id}\":{{\"id\":\"{id}\"}}"))}}}";
    }

    private static string List(string items, string? after = null) => after is null
        ? $$"""{"data":[{{items}}]}"""
        : $$$"""{"data":[{{{items}}}],"paging":{"cursors":{"after":"{{{after}}}"},"next":"https://graph.facebook.com/x?access_token=EAAsecret&after={{{after}}}"}}""";

    private static async Task<List<T>> ListAsync<T>(GraphClient client, EntityQuery<T> query)
        where T : EntityRecord
    {
        var records = new List<T>();
        await foreach (var page in client.Entities.ListAsync(query, GraphClient.AccessToken, CancellationToken.None))
            records.AddRange(page.Items);
        return records;
    }
}
