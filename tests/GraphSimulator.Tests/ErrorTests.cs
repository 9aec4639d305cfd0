using System.Net.Http.Headers;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(SimulatorTokens.Expired, 190, 463)]
    [InlineData(SimulatorTokens.Revoked, 190, 458)]
    [InlineData(SimulatorTokens.Checkpointed, 190, 459)]
    [InlineData("anything", 190, null)]
    [InlineData("", 2500, null)]
    public async Task Each_token_has_its_answer(string token, int code, int? subcode)
    {
        await using var graph = await GraphCaller.StartAsync();
        var response = await graph.Client.GetAsync(new Uri(graph.Url("me/adaccounts", token), UriKind.Relative));
        var error = (await GraphCaller.ReadAsync(response)).GetProperty("error");
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("OAuthException", error.Text("type"));
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        Assert.Equal(subcode, error.TryGetProperty("error_subcode", out var value) ? value.GetInt32() : null);
        Assert.Equal(response.Headers.GetValues("x-fb-trace-id").Single(), error.Text("fbtrace_id"));
        if (token == "anything")
            Assert.StartsWith("Invalid OAuth access token", error.Text("message"), StringComparison.Ordinal);
        if (token.Length == 0)
            Assert.Equal("An active access token must be used to query information about the current user.", error.Text("message"));
    }

    [Fact]
    public async Task A_token_may_come_in_a_header_or_a_form()
    {
        await using var graph = await GraphCaller.StartAsync();
        using var withHeader = new HttpRequestMessage(HttpMethod.Get, "v25.0/me/adaccounts");
        withHeader.Headers.Authorization = new AuthenticationHeaderValue("Bearer", graph.Server.AccessToken);
        var byHeader = await graph.Client.SendAsync(withHeader);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["access_token"] = graph.Server.AccessToken, ["method"] = "get" });
        var byForm = await graph.Client.PostAsync(new Uri("v25.0/me/adaccounts", UriKind.Relative), form);
        Assert.Equal(await graph.GetTextAsync("me/adaccounts"), await byHeader.Content.ReadAsStringAsync());
        Assert.Equal(await graph.GetTextAsync("me/adaccounts"), await byForm.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("insights?fields=spend,nonsense", 100, null)]
    [InlineData("insights?level=page", 100, null)]
    [InlineData("insights?limit=0", 100, null)]
    [InlineData("insights?limit=many", 100, null)]
    [InlineData("insights?date_preset=someday", 100, null)]
    [InlineData("insights?time_increment=91", 100, null)]
    [InlineData("insights?time_range=nonsense", 100, null)]
    [InlineData("insights?time_range={\"since\":\"2026-03-05\",\"until\":\"2026-03-04\"}", 100, null)]
    [InlineData("insights?time_range={\"since\":\"2023-02-05\",\"until\":\"2026-03-04\"}", 3018, null)]
    [InlineData("insights?breakdowns=impression_device", 100, null)]
    [InlineData("insights?breakdowns=age,country", 100, null)]
    [InlineData("insights?filtering=[{\"field\":\"ad.mood\",\"operator\":\"IN\",\"value\":[\"good\"]}]", 100, null)]
    [InlineData("insights?filtering=[{\"field\":\"ad.id\",\"operator\":\"TOP\",\"value\":[\"1\"]}]", 100, null)]
    [InlineData("insights?action_attribution_windows=3d_click", 100, null)]
    [InlineData("insights?sort=mood_descending", 100, null)]
    [InlineData("campaigns?fields=nonsense", 100, null)]
    [InlineData("nonsense", 2500, null)]
    public async Task Each_mistake_has_its_answer(string call, int code, int? subcode)
    {
        await using var graph = await GraphCaller.StartAsync();
        var (status, error) = await graph.FailAsync($"{graph.FirstAccount}/{call}");
        Assert.Equal(400, status);
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        Assert.Equal(subcode, error.TryGetProperty("error_subcode", out var value) ? value.GetInt32() : null);
    }

    [Fact]
    public async Task An_unknown_field_is_named()
    {
        await using var graph = await GraphCaller.StartAsync();
        var (_, error) = await graph.FailAsync($"{graph.FirstAccount}/insights?fields=spend,nonsense");
        Assert.Equal("(#100) Tried accessing nonexisting field (nonsense) on node type (AdsInsights)", error.Text("message"));
    }

    [Theory]
    [InlineData("act_1")]
    [InlineData("act_1/insights")]
    [InlineData("120240000000000000")]
    [InlineData("nonsense")]
    public async Task An_unknown_object_is_100_33(string path)
    {
        await using var graph = await GraphCaller.StartAsync();
        var (status, error) = await graph.FailAsync(path);
        Assert.Equal(400, status);
        Assert.Equal(100, error.GetProperty("code").GetInt32());
        Assert.Equal(33, error.GetProperty("error_subcode").GetInt32());
    }

    [Theory]
    [InlineData("v22.0", 200, 0)]
    [InlineData("v26.0", 200, 0)]
    [InlineData("v21.0", 400, 2635)]
    [InlineData("v99.0", 400, 2500)]
    [InlineData("", 400, 2635)]
    public async Task Only_living_versions_are_served(string version, int status, int code)
    {
        await using var graph = await GraphCaller.StartAsync();
        var response = await graph.Client.GetAsync(new Uri($"{version}/me/adaccounts?access_token={graph.Server.AccessToken}".TrimStart('/'), UriKind.Relative));
        Assert.Equal(status, (int)response.StatusCode);
        if (code != 0)
            Assert.Equal(code, (await GraphCaller.ReadAsync(response)).GetProperty("error").GetProperty("code").GetInt32());
        else
            Assert.Equal(version, response.Headers.GetValues("facebook-api-version").Single());
    }

    [Fact]
    public async Task The_oldest_day_of_37_months_is_served()
    {
        await using var graph = await GraphCaller.StartAsync();
        Assert.NotEmpty(await graph.RowsAsync($"{graph.FirstAccount}/insights?{RowReading.Range("2023-02-06", "2026-03-04")}"));
    }

    [Fact]
    public async Task Too_large_a_page_is_told_to_ask_for_less()
    {
        await using var graph = await GraphCaller.StartAsync();
        var (status, error) = await graph.FailAsync($"{graph.FirstAccount}/insights?limit=10001");
        Assert.Equal(500, status);
        Assert.Equal(1, error.GetProperty("code").GetInt32());
        Assert.Contains("reduce the amount of data", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_headers_are_on_every_answer()
    {
        await using var graph = await GraphCaller.StartAsync();
        var insights = (await graph.SendAsync($"{graph.FirstAccount}/insights")).Headers;
        var number = graph.FirstAccount[4..];
        Assert.Contains($"{{\"{number}\":[{{\"type\":\"ads_insights\",\"call_count\":", insights.GetValues("X-Business-Use-Case-Usage").Single(), StringComparison.Ordinal);
        Assert.Contains("\"ads_api_access_tier\":\"standard_access\"", insights.GetValues("X-FB-Ads-Insights-Throttle").Single(), StringComparison.Ordinal);
        Assert.Contains("acc_id_util_pct", insights.GetValues("X-Ad-Account-Usage").Single(), StringComparison.Ordinal);
        var entities = (await graph.SendAsync($"{graph.FirstAccount}/ads")).Headers;
        Assert.Contains("\"type\":\"ads_management\"", entities.GetValues("X-Business-Use-Case-Usage").Single(), StringComparison.Ordinal);
        Assert.False(entities.Contains("X-FB-Ads-Insights-Throttle"));
        var failed = await graph.Client.GetAsync(new Uri("v25.0/me", UriKind.Relative));
        foreach (var header in new[] { "facebook-api-version", "x-fb-trace-id", "x-fb-rev", "X-App-Usage" })
            Assert.True(failed.Headers.Contains(header), header);
    }
}
