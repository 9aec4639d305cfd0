using System.Security.Cryptography;
using System.Text;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 2: the states of tokens, permissions and proofs.</summary>
public sealed class TokenTests
{
    private const string Secret = "a-secret";

    [Theory]
    [InlineData("valid", null)]
    [InlineData("expired", 463)]
    [InlineData("revoked", 458)]
    [InlineData("checkpointed", 459)]
    [InlineData("password_changed", 460)]
    [InlineData("logged_out", 467)]
    public async Task A_test_gives_any_token_any_state(string state, int? subcode)
    {
        await using var graph = await GraphCaller.StartAsync();

        await graph.OrderAsync("tokens", new { token = graph.Server.AccessToken, state });
        var response = await graph.SendAsync("me/adaccounts");

        if (subcode is null)
            Assert.True(response.IsSuccessStatusCode);
        else
            Assert.Equal((400, 190, subcode), await response.ErrorAsync());
    }

    [Fact]
    public async Task A_token_expires_by_the_clock()
    {
        var token = new SimulatedToken("short") { ExpiresAt = GraphCaller.Noon.AddHours(1) };
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, Tokens = [token] });

        Assert.True((await Get(graph, "me", "short")).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal((400, 190, 463), await (await Get(graph, "me", "short")).ErrorAsync());
        Assert.Equal((400, 190, null), await (await Get(graph, "me", "unheard-of")).ErrorAsync());
    }

    [Fact]
    public async Task A_missing_permission_is_200_or_100()
    {
        var tokens = new[]
        {
            new SimulatedToken("no-ads") { Scopes = ["business_management"] },
            new SimulatedToken("no-ads-100") { Scopes = [], MissingScope = MissingScopeAnswer.MissingPermissions },
            new SimulatedToken("reads") { Scopes = ["ads_read"] },
        };
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, Tokens = tokens });
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads"))[0].Text("id");

        Assert.Equal((403, 200, null), await (await Get(graph, $"{graph.FirstAccount}/insights", "no-ads")).ErrorAsync());
        Assert.Equal((403, 200, null), await (await Get(graph, ad, SimulatorTokens.WithoutScopes)).ErrorAsync());
        Assert.Equal((400, 100, null), await (await Get(graph, $"{graph.FirstAccount}/ads", "no-ads-100")).ErrorAsync());
        Assert.True((await Get(graph, "me/businesses", "no-ads")).IsSuccessStatusCode);
        Assert.True((await Get(graph, $"{graph.FirstAccount}/insights", "reads")).IsSuccessStatusCode);
        Assert.Equal((403, 200, null), await (await Get(graph, "me/businesses", "reads")).ErrorAsync());
        Assert.Equal((403, 200, null), await (await graph.Client.DeleteAsync(new Uri(graph.Url(ad, "reads"), UriKind.Relative))).ErrorAsync());
    }

    [Fact]
    public async Task A_token_may_see_some_accounts_only()
    {
        await using var graph = await GraphCaller.StartAsync();
        var (mine, other) = (graph.Server.AccountIds[1], graph.FirstAccount);

        await graph.OrderAsync("tokens", new { token = "of-one", accounts = new[] { mine } });

        var listed = await GraphCaller.ReadAsync(await Get(graph, "me/adaccounts", "of-one"));
        Assert.Equal([mine], listed.GetProperty("data").EnumerateArray().Select(row => row.Text("id")));
        Assert.True((await Get(graph, mine, "of-one")).IsSuccessStatusCode);
        Assert.Equal((403, 200, null), await (await Get(graph, other, "of-one")).ErrorAsync());
    }

    [Fact]
    public async Task A_proof_must_be_of_the_calls_own_token()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, AppSecret = Secret });
        var token = graph.Server.AccessToken;

        Assert.True((await graph.SendAsync("me")).IsSuccessStatusCode);
        Assert.True((await graph.SendAsync($"me?appsecret_proof={Proof(token)}")).IsSuccessStatusCode);
        Assert.True((await graph.SendAsync($"me?appsecret_proof={Proof($"{token}|1700000000")}&appsecret_time=1700000000")).IsSuccessStatusCode);
        Assert.Equal((400, 100, null), await (await graph.SendAsync($"me?appsecret_proof={Proof("another")}")).ErrorAsync());
    }

    [Fact]
    public async Task An_app_may_demand_a_proof()
    {
        await using var graph = await GraphCaller.StartAsync(
            new GraphSimulatorOptions { Now = GraphCaller.Noon, AppSecret = Secret, RequireAppSecretProof = true });

        Assert.Equal((400, 100, null), await (await graph.SendAsync("me")).ErrorAsync());
        Assert.True((await graph.SendAsync($"me?appsecret_proof={Proof(graph.Server.AccessToken)}")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Debug_token_tells_what_a_token_is_worth()
    {
        await using var graph = await GraphCaller.StartAsync();
        var app = $"{SimulatorTokens.AppId}|{SimulatorTokens.AppSecret}";

        var valid = (await Debug(graph.Server.AccessToken)).GetProperty("data");
        var expired = (await Debug(SimulatorTokens.Expired)).GetProperty("data");
        var unknown = (await Debug("unheard-of")).GetProperty("data");

        Assert.True(valid.GetProperty("is_valid").GetBoolean());
        Assert.Equal(("SYSTEM_USER", 0), (valid.Text("type"), valid.GetProperty("expires_at").GetInt64()));
        Assert.Contains("ads_read", valid.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.False(expired.GetProperty("is_valid").GetBoolean());
        Assert.Equal(463, expired.GetProperty("error").GetProperty("subcode").GetInt32());
        Assert.Equal(190, unknown.GetProperty("error").GetProperty("code").GetInt32());

        async Task<System.Text.Json.JsonElement> Debug(string token) =>
            await GraphCaller.ReadAsync(await graph.Client.GetAsync(new Uri($"v26.0/debug_token?input_token={token}&access_token={Uri.EscapeDataString(app)}", UriKind.Relative)));
    }

    [Fact]
    public async Task Revoked_permissions_are_gone_and_a_removed_app_is_458()
    {
        await using var graph = await GraphCaller.StartAsync();

        Assert.True((await graph.DeleteAsync("me/permissions/ads_read")).IsSuccessStatusCode);
        var left = await graph.RowsAsync("me/permissions");
        Assert.Equal("declined", left.Single(row => row.Text("permission") == "ads_read").Text("status"));
        Assert.Equal("granted", left.Single(row => row.Text("permission") == "ads_management").Text("status"));

        Assert.True((await graph.DeleteAsync($"{SimulatorTokens.UserId}/permissions")).IsSuccessStatusCode);
        Assert.Equal((400, 190, 458), await (await graph.SendAsync("me")).ErrorAsync());
    }

    private static Task<HttpResponseMessage> Get(GraphCaller graph, string path, string token) =>
        graph.Client.GetAsync(new Uri(graph.Url(path, token), UriKind.Relative));

    private static string Proof(string token) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(token)));
}
