using System.Text;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.Graph.Usage;

namespace MetaGrains.Graph.Tests;

public sealed class ErrorAnswerTests
{
    [Fact]
    public async Task Everything_that_Meta_says_is_on_the_exception()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(
            """
            {"error":{"message":"(#80000) There have been too many calls","type":"OAuthException","code":80000,"error_subcode":2446079,"is_transient":false,
            "error_user_title":"Titel","error_user_msg":"Zu viele","error_data":{"blame_field_specs":[["spend"]]},"fbtrace_id":"AFm-w0VSq"}}
            """,
            400,
            ("X-Business-Use-Case-Usage", """{"361744628296290":[{"type":"ads_management","call_count":1,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":3},{"type":"ads_insights","call_count":118,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":47,"ads_api_access_tier":"standard_access"}],"999":[{"type":"ads_insights","estimated_time_to_regain_access":900}]}"""));
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((80000, 2446079, "AFm-w0VSq", "OAuthException"), (failure.Code, failure.Subcode, failure.TraceId, failure.ErrorType));
        Assert.Equal(("Titel", "Zu viele", false, 400), (failure.UserTitle, failure.UserMessage, failure.IsTransient, failure.Status));
        Assert.Equal("""{"blame_field_specs":[["spend"]]}""", failure.ErrorData);
        Assert.Equal((GraphErrorKind.Throttled, ThrottleScope.BusinessUseCase), (failure.Kind, failure.Scope));
        Assert.Equal(TimeSpan.FromMinutes(47), failure.RetryAfter);
        Assert.Equal(3, failure.Usage.Business.Length);
        Assert.Equal(failure.Usage, Assert.Single(client.Observed).Usage);
        Assert.Contains("insights of act_361744628296290", failure.Message, StringComparison.Ordinal);
        Assert.Contains("80000/2446079, HTTP 400, trace AFm-w0VSq", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_score_says_its_wait_in_seconds()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(17, 2446079, headers: ("X-Ad-Account-Usage", """{"acc_id_util_pct":100,"reset_time_duration":100,"ads_api_access_tier":"development_access"}"""));
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((ThrottleScope.AccountScore, TimeSpan.FromSeconds(100)), (failure.Scope, failure.RetryAfter));
        Assert.Equal("development_access", failure.Usage.AccessTier);
    }

    [Fact]
    public async Task An_error_in_an_answer_of_200_is_an_error()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(190, 463, status: 200);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.Reauthorise, 200, 463), (failure.Kind, failure.Status, failure.Subcode));
        Assert.Contains("The token expired.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transient_error_in_an_answer_of_200_is_retried()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(2, status: 200).Answer(Pages.Page([Pages.Row()]));
        await using var client = new GraphClient(graph.Address);

        Assert.Equal(2, Assert.Single(await client.ReadAllAsync(Pages.Query())).Calls);
    }

    [Fact]
    public async Task A_429_without_an_error_of_Metas_is_a_throttle()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("slow down", 429);
        await using var client = new GraphClient(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.True(failure.RateLimited);
        Assert.Single(graph.Requests);
    }

    [Theory]
    [InlineData(504, Excess.Time)]
    [InlineData(408, Excess.Time)]
    [InlineData(503, Excess.None)]
    public void A_gateway_that_ran_out_of_time_is_answered_by_a_smaller_question(int status, Excess excess) =>
        Assert.Equal(excess, GraphException.WithoutError("insights", account: null, status, UsageObservation.Unknown).Excess);

    [Theory]
    [InlineData("""{"error":{"code":"190","error_subcode":"463"}}""", 190, 463)]
    [InlineData("""{"error":{"code":"REDACTED","message":"(#100) The value must be a valid insights metric"}}""", 100, null)]
    [InlineData("""{"error":{"code":-3,"error_subcode":1504045,"error_data":"{\"x\":1}"}}""", -3, 1504045)]
    [InlineData("""{"error":{"code":99999999999,"message":null,"is_transient":"yes"}}""", null, null)]
    [InlineData("""{"error":{}}""", null, null)]
    [InlineData("""{"error":"boom"}""", null, null)]
    public void Errors_of_odd_shape_are_read(string body, int? code, int? subcode)
    {
        var error = GraphErrorReader.ReadBody(Encoding.UTF8.GetBytes(body), new Scrubber(GraphClient.AccessToken, null));

        Assert.Equal((code, subcode), (error!.Code, error.Subcode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"error\":[]}")]
    [InlineData("{\"error\":{\"message\":\"\\ud800\"}}")]
    [InlineData("<html>")]
    public void What_is_no_error_of_Metas_is_none(string body) =>
        Assert.Null(GraphErrorReader.ReadBody(Encoding.UTF8.GetBytes(body), new Scrubber(GraphClient.AccessToken, null)));
}
