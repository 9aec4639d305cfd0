using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class FaultTests
{
    private const string Call = "insights?level=ad&time_increment=1&limit=50&fields=ad_id,spend,impressions";

    [Theory]
    [InlineData(FaultKind.Http500, 500, 1, 99)]
    [InlineData(FaultKind.Transient, 500, 2, null)]
    [InlineData(FaultKind.Error200, 200, 2, null)]
    [InlineData(FaultKind.ThrottleAccount, 400, 17, 2446079)]
    [InlineData(FaultKind.ThrottleInsights, 400, 80000, 2446079)]
    public async Task An_error_comes_as_often_as_asked_and_then_no_more(FaultKind kind, int status, int code, int? subcode)
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(kind, Times: 2, graph.FirstAccount, Minutes: 7));
        for (var time = 0; time < 2; time++)
        {
            var response = await graph.SendAsync($"{graph.FirstAccount}/{Call}");
            var error = (await GraphCaller.ReadAsync(response)).GetProperty("error");
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(code, error.GetProperty("code").GetInt32());
            Assert.Equal(subcode, error.TryGetProperty("error_subcode", out var value) ? value.GetInt32() : null);
            var regain = response.Headers.GetValues("X-Business-Use-Case-Usage").Single();
            Assert.Contains($"\"estimated_time_to_regain_access\":{(kind == FaultKind.ThrottleInsights ? 7 : 0)},", regain, StringComparison.Ordinal);
        }

        Assert.NotEmpty(await graph.RowsAsync($"{graph.FirstAccount}/{Call}"));
        Assert.Equal(0, graph.Server.Faults.Remaining);
    }

    [Fact]
    public async Task A_truncated_answer_is_complete_for_http_and_broken_for_json()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Truncated));
        var text = await graph.GetTextAsync($"{graph.FirstAccount}/{Call}");
        Assert.StartsWith("{\"data\":[{", text, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(text));
    }

    [Fact]
    public async Task A_reset_cuts_the_connection_inside_the_body()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Reset));
        await Assert.ThrowsAsync<HttpRequestException>(() => graph.GetTextAsync($"{graph.FirstAccount}/{Call}"));
        Assert.NotEmpty(await graph.RowsAsync($"{graph.FirstAccount}/{Call}"));
    }

    [Fact]
    public async Task Html_comes_with_status_200()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Html));
        var response = await graph.SendAsync($"{graph.FirstAccount}/{Call}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task An_empty_page_leads_to_the_real_one()
    {
        await using var graph = await GraphCaller.StartAsync();
        var normal = await graph.RowsAsync($"{graph.FirstAccount}/{Call}");
        graph.Server.Faults.Add(new InjectedFault(FaultKind.EmptyNext));
        var page = await graph.GetAsync($"{graph.FirstAccount}/{Call}");
        Assert.Equal(0, page.GetProperty("data").GetArrayLength());
        var rows = await graph.RowsFromAsync(GraphCaller.Link(page, "next"));
        Assert.Equal(normal.Select(row => row.GetRawText()), rows.Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task Garbage_is_valid_json_with_a_wrong_number_and_waits_for_a_page_with_rows()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Garbage));
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/insights?{RowReading.Range("2026-03-07", "2026-03-08")}"));
        Assert.Equal(1, graph.Server.Faults.Remaining);
        var page = await graph.GetAsync($"{graph.FirstAccount}/{Call}");
        Assert.Equal("abc", page.GetProperty("data")[0].Text("spend"));
        Assert.NotEqual("abc", page.GetProperty("data")[1].Text("spend"));
    }

    [Fact]
    public async Task A_fault_meets_only_its_account()
    {
        await using var graph = await GraphCaller.StartAsync();
        graph.Server.Faults.Add(new InjectedFault(FaultKind.Http500, Account: graph.Server.AccountIds[1]));
        Assert.Equal(HttpStatusCode.OK, (await graph.SendAsync($"{graph.FirstAccount}/{Call}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await graph.SendAsync("me/adaccounts")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await graph.SendAsync($"{graph.Server.AccountIds[1]}/ads")).StatusCode);
    }

    [Theory]
    [InlineData("http500")]
    [InlineData("transient")]
    [InlineData("throttle_account")]
    [InlineData("throttle_insights")]
    [InlineData("truncated")]
    [InlineData("html")]
    [InlineData("empty_next")]
    [InlineData("error200")]
    [InlineData("reset")]
    [InlineData("garbage")]
    public async Task Every_kind_has_its_name_over_http(string kind)
    {
        await using var graph = await GraphCaller.StartAsync();
        var response = await graph.Client.PostAsJsonAsync(new Uri("_sim/faults", UriKind.Relative), new { kind, times = 3, account = graph.FirstAccount });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, graph.Server.Faults.Remaining);
    }

    [Theory]
    [InlineData("""{"kind":"sunshine"}""")]
    [InlineData("""{"times":3}""")]
    [InlineData("""{"kind":"html","times":0}""")]
    [InlineData("""{"kind":"html","account":"nonsense"}""")]
    [InlineData("""{"kind":"html","colour":"red"}""")]
    [InlineData("nonsense")]
    public async Task A_wrong_order_is_refused(string body)
    {
        await using var graph = await GraphCaller.StartAsync();
        using var content = new StringContent(body);
        var response = await graph.Client.PostAsync(new Uri("_sim/faults", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await GraphCaller.ReadAsync(response)).Text("error"));
        Assert.Equal(0, graph.Server.Faults.Remaining);
    }
}
