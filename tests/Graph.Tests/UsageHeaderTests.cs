using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.Graph.Usage;

namespace MetaGrains.Graph.Tests;

public sealed class UsageHeaderTests
{
    [Fact]
    public async Task Every_header_is_read_from_a_success()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(
            Pages.Page([]),
            200,
            ("x-app-usage", """{"call_count":28,"total_time":25,"total_cputime":24}"""),
            ("x-ad-account-usage", """{"acc_id_util_pct":9.67,"reset_time_duration":100,"ads_api_access_tier":"standard_access"}"""),
            ("x-business-use-case-usage", """{"339410370":[{"type":"ads_insights","call_count":118,"total_cputime":1,"total_time":2,"estimated_time_to_regain_access":47,"ads_api_access_tier":"development_access"},{"type":"ads_management","call_count":3,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":0}],"7":[]}"""),
            ("x-fb-ads-insights-throttle", """{"app_id_util_pct":100,"acc_id_util_pct":10.5,"ads_api_access_tier":"standard_access"}"""),
            ("x-fb-ads-insights-reach-throttle", """{"reach_throttle_pct":60}"""));
        await using var client = new GraphClient(graph.Address);
        await client.ReadAllAsync(Pages.Query());

        var (call, usage) = Assert.Single(client.Observed);
        Assert.Equal(("insights", Pages.Account, 200), (call.Edge, call.Account, call.Status));
        Assert.Same(GraphClient.AccessToken, call.Token);
        Assert.Equal(new AppUsage(28, 25, 24), usage.App);
        Assert.Equal(new AdAccountUsage(9.67, TimeSpan.FromSeconds(100), "standard_access"), usage.AdAccount);
        Assert.Equal<BusinessUsage>(
            [
                new BusinessUsage("339410370", "ads_insights", 118, 1, 2, TimeSpan.FromMinutes(47), "development_access"),
                new BusinessUsage("339410370", "ads_management", 3, 0, 0, TimeSpan.Zero, null),
            ],
            usage.Business);
        Assert.Equal(new InsightsThrottle(100, 10.5, "standard_access"), usage.Insights);
        Assert.Equal(60, usage.ReachPercent);
    }

    [Fact]
    public void The_short_name_of_the_business_header_is_read() =>
        Assert.Single(Parse("X-Business-Use-Case", """{"1":[{"type":"pages","call_count":"12"}]}""").Business, entry => entry is { CallCount: 12, Type: "pages" });

    [Fact]
    public async Task Answers_without_headers_are_observed_as_unknown()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(Pages.Page([]));
        await using var client = new GraphClient(graph.Address);
        await client.ReadAllAsync(Pages.Query());

        Assert.Same(UsageObservation.Unknown, Assert.Single(client.Observed).Usage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"call_count\":")]
    [InlineData("{\"call_count\":{}}")]
    [InlineData("{\"call_count\":-1,\"acc_id_util_pct\":-1,\"app_id_util_pct\":\"NaN\"}")]
    [InlineData("{\"call_count\":1e999,\"acc_id_util_pct\":\"x\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"1\":[null,1,\"x\",[]]}")]
    public void Garbage_is_unknown(string garbage) =>
        Assert.Equal(UsageObservation.Unknown, UsageHeaders.Parse(_ => garbage));

    [Fact]
    public void A_block_of_years_is_cut_to_a_day() =>
        Assert.Equal(
            TimeSpan.FromDays(1),
            Assert.Single(Parse("X-Business-Use-Case-Usage", """{"1":[{"type":"a","estimated_time_to_regain_access":1e300}]}""").Business).RegainAccessAfter);

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Prop.ForAll<string>(text => UsageHeaders.Parse(_ => text) is not null).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void No_mutation_of_a_header_makes_the_parser_throw()
    {
        const string Header = """{"1":[{"type":"ads_insights","call_count":118,"total_cputime":1,"total_time":2,"estimated_time_to_regain_access":47}],"acc_id_util_pct":9.67,"call_count":3,"reset_time_duration":1}""";
        Prop.ForAll<int, char>((position, letter) =>
        {
            var mutated = Header.ToCharArray();
            mutated[(position & int.MaxValue) % mutated.Length] = letter;
            return UsageHeaders.Parse(_ => new string(mutated)) is not null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static UsageObservation Parse(string name, string value) =>
        UsageHeaders.Parse(asked => string.Equals(asked, name, StringComparison.OrdinalIgnoreCase) ? value : null);
}
