using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class RequestTests
{
    private static readonly GraphOptions Options = new() { BaseAddress = new Uri("http://sim:8080/graph"), ApiVersion = "v25.0" };

    [Fact]
    public void The_whole_request_is_encoded()
    {
        var report = new InsightsReport(
            "r", InsightsLevel.Ad, ["impressions", "age", "actions"], ["age", "gender"], ["1d_click", "7d_click"],
            [new InsightsFilter("ad.effective_status", "IN", ["ACTIVE", "PAUSED"]), new InsightsFilter("ad.impressions", "GREATER_THAN", ["0"])]);
        var request = InsightsRequest.Of(
            new InsightsQuery(AdAccountId.Parse("12"), report, new DateRange(new DateOnly(2026, 2, 1), new DateOnly(2026, 2, 3))), 500, "Mj+Q=");

        var address = request.Address(Options, proof: null);

        Assert.Equal("http://sim:8080/graph/v25.0/act_12/insights", address.GetLeftPart(UriPartial.Path));
        Assert.Equal(
            [
                "level=ad",
                "fields=account_id,campaign_id,adset_id,ad_id,account_currency,attribution_setting,impressions,actions",
                """time_range={"since":"2026-02-01","until":"2026-02-03"}""",
                "time_increment=1",
                "breakdowns=age,gender",
                """action_attribution_windows=["1d_click","7d_click"]""",
                """filtering=[{"field":"ad.effective_status","operator":"IN","value":["ACTIVE","PAUSED"]},{"field":"ad.impressions","operator":"GREATER_THAN","value":"0"}]""",
                "limit=500",
                "after=Mj+Q=",
            ],
            address.Query[1..].Split('&').Select(Uri.UnescapeDataString));
        Assert.DoesNotContain("+", address.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InsightsLevel.Account, "account_id,account_currency,attribution_setting,impressions,clicks,reach,spend,actions,action_values")]
    [InlineData(InsightsLevel.Campaign, "account_id,campaign_id,account_currency,attribution_setting,impressions,clicks,reach,spend,actions,action_values")]
    [InlineData(InsightsLevel.AdSet, "account_id,campaign_id,adset_id,account_currency,attribution_setting,impressions,clicks,reach,spend,actions,action_values")]
    public void Fields_follow_the_level(InsightsLevel level, string fields)
    {
        var query = InsightsRequest.Of(Pages.Query(level), 10, after: null).Address(Options, proof: null).Query;

        Assert.Contains("fields=" + Uri.EscapeDataString(fields), query, StringComparison.Ordinal);
        Assert.DoesNotContain("breakdowns", query, StringComparison.Ordinal);
        Assert.DoesNotContain("filtering", query, StringComparison.Ordinal);
        Assert.DoesNotContain("after", query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spend,name")]
    [InlineData("spend&access_token=x")]
    [InlineData("")]
    public void A_field_that_would_break_out_is_refused(string field) =>
        Assert.Throws<ArgumentException>(() => InsightsRequest.Of(Pages.Query(fields: [field]), 10, after: null));

    [Fact]
    public void A_filter_without_value_is_refused()
    {
        var query = Pages.Query();
        var filtered = query with { Report = query.Report with { Filtering = [new InsightsFilter("ad.id", "IN", [])] } };

        Assert.Throws<ArgumentException>(() => InsightsRequest.Of(filtered, 10, after: null));
    }

    [Fact]
    public void The_proof_is_hmac_sha256_of_the_token()
    {
        // printf a_token | openssl dgst -sha256 -hmac key
        Assert.Equal(
            "60e4429799628864212c5744fd18c26e8f5bc1d6166c45daf5bf19957eb9b7c8",
            AppSecretProof.Of(new AccessToken("a_token"), "key"));
        Assert.Null(AppSecretProof.Of(GraphClient.AccessToken, appSecret: null));
    }

    [Fact]
    public async Task A_report_that_no_request_can_carry_is_refused_without_a_call()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query(fields: ["spend,x"])));

        Assert.Equal((GraphErrorKind.Permanent, 0), (failure.Kind, failure.Calls));
        Assert.Contains("Report ad_daily cannot be asked for", failure.Message, StringComparison.Ordinal);
        Assert.Empty(graph.Requests);
    }

    [Fact]
    public async Task The_token_travels_in_the_header_and_the_proof_in_the_query()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([]));
        await using var client = new GraphClient(graph.Address, configure: options => options.AppSecret = "shh");
        await client.ReadAllAsync(Pages.Query());

        var request = Assert.Single(graph.Requests);
        Assert.Equal("Bearer " + GraphClient.Token, request.Headers["Authorization"]);
        Assert.Equal(AppSecretProof.Of(GraphClient.AccessToken, "shh"), request.Query["appsecret_proof"]);
        Assert.Equal("/v25.0/act_361744628296290/insights", request.Path);
        Assert.DoesNotContain(GraphClient.Token, request.RawQuery, StringComparison.Ordinal);
        Assert.DoesNotContain("shh", request.RawQuery, StringComparison.Ordinal);
        Assert.Contains("gzip", request.Headers["Accept-Encoding"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_secret_there_is_no_proof()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([]));
        await using var client = new GraphClient(graph.Address);
        await client.ReadAllAsync(Pages.Query());

        Assert.False(Assert.Single(graph.Requests).Query.ContainsKey("appsecret_proof"));
    }
}
