using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Section 7: the dialog, the exchange of its code, long-lived tokens.</summary>
public sealed class OAuthTests
{
    private const string Redirect = "https://app.example/callback?x=1";

    [Fact]
    public async Task The_dialog_asks_and_both_buttons_lead_back()
    {
        await using var graph = await GraphCaller.StartAsync();
        using var browser = Browser(graph);

        var page = await browser.GetStringAsync(Dialog());
        var allowed = Query(await browser.GetAsync(Dialog("allow")));
        var denied = Query(await browser.GetAsync(Dialog("deny")));

        Assert.Contains("ads_read", page, StringComparison.Ordinal);
        Assert.Contains("sim_decision=allow", page, StringComparison.Ordinal);
        Assert.Equal(("a state", "1"), (allowed["state"], allowed["x"]));
        Assert.Equal(("access_denied", "user_denied", "a state"), (denied["error"], denied["error_reason"], denied["state"]));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(new Uri("v26.0/dialog/oauth?client_id=1&redirect_uri=javascript:1", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_code_is_good_once_for_ten_minutes_and_its_own_address()
    {
        await using var graph = await GraphCaller.StartAsync();
        var (used, late) = (await CodeAsync(graph), await CodeAsync(graph));

        Assert.Equal((400, 100, 36008), await (await Exchange(graph, ("code", used), ("redirect_uri", "https://app.example/"))).ErrorAsync());
        var answer = await GraphCaller.ReadAsync(await Exchange(graph, ("code", used), ("redirect_uri", Redirect)));
        Assert.Equal((400, 100, 36009), await (await Exchange(graph, ("code", used), ("redirect_uri", Redirect))).ErrorAsync());
        Assert.True((await graph.Client.GetAsync(new Uri(graph.Url("me/adaccounts", answer.Text("access_token")), UriKind.Relative))).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.Equal((400, 100, 36007), await (await Exchange(graph, ("code", late), ("redirect_uri", Redirect))).ErrorAsync());
    }

    [Fact]
    public async Task A_short_token_is_exchanged_for_a_long_one_until_it_expires()
    {
        await using var graph = await GraphCaller.StartAsync();
        var shortLived = (await GraphCaller.ReadAsync(await Exchange(graph, ("code", await CodeAsync(graph)), ("redirect_uri", Redirect)))).Text("access_token");

        var answer = await GraphCaller.ReadAsync(await Exchange(graph, ("grant_type", "fb_exchange_token"), ("fb_exchange_token", shortLived)));
        await graph.AdvanceAsync(TimeSpan.FromHours(3));

        Assert.Equal(5_183_944, answer.GetProperty("expires_in").GetInt64());
        Assert.Equal((400, 190, 463), await (await Exchange(graph, ("grant_type", "fb_exchange_token"), ("fb_exchange_token", shortLived))).ErrorAsync());
        var token = answer.Text("access_token");
        Assert.True((await Me(graph, token)).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromDays(60));
        Assert.Equal((400, 190, 463), await (await Me(graph, token)).ErrorAsync());
    }

    [Fact]
    public async Task The_app_has_a_token_of_its_own_and_a_wrong_secret_gets_none()
    {
        await using var graph = await GraphCaller.StartAsync();

        var answer = await GraphCaller.ReadAsync(await Exchange(graph, ("grant_type", "client_credentials")));
        var wrong = await graph.Client.GetAsync(new Uri($"v26.0/oauth/access_token?grant_type=client_credentials&client_id={SimulatorTokens.AppId}&client_secret=wrong", UriKind.Relative));

        Assert.Equal($"{SimulatorTokens.AppId}|{SimulatorTokens.AppSecret}", answer.Text("access_token"));
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.DoesNotContain(SimulatorTokens.AppSecret, (await graph.ControlAsync("calls")).GetRawText(), StringComparison.Ordinal);
    }

    private static HttpClient Browser(GraphCaller graph) =>
        new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = graph.Server.BaseAddress };

    private static Uri Dialog(string? decision = null)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = SimulatorTokens.AppId, ["redirect_uri"] = Redirect, ["state"] = "a state", ["scope"] = "ads_read,business_management", ["sim_decision"] = decision,
        };
        return new Uri(QueryHelpers.AddQueryString("v26.0/dialog/oauth", query.Where(pair => pair.Value is not null)), UriKind.Relative);
    }

    private static Dictionary<string, string> Query(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return QueryHelpers.ParseQuery(response.Headers.Location!.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    private static async Task<string> CodeAsync(GraphCaller graph)
    {
        using var browser = Browser(graph);
        return Query(await browser.GetAsync(Dialog("allow")))["code"];
    }

    private static Task<HttpResponseMessage> Exchange(GraphCaller graph, params (string Name, string? Value)[] parameters)
    {
        var query = parameters.Append(("client_id", SimulatorTokens.AppId)).Append(("client_secret", SimulatorTokens.AppSecret)).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        return graph.Client.GetAsync(new Uri(QueryHelpers.AddQueryString("v26.0/oauth/access_token", query), UriKind.Relative));
    }

    private static Task<HttpResponseMessage> Me(GraphCaller graph, string token) => graph.Client.GetAsync(new Uri(graph.Url("me", token), UriKind.Relative));
}
