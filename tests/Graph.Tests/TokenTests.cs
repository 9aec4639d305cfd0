using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Http;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class TokenTests
{
    private const string Secret = "app-secret-0123456789";
    private static readonly Uri Redirect = new("https://example.org/v1/oauth/meta/callback");

    [Fact]
    public async Task A_person_is_sent_to_Metas_dialog()
    {
        await using var client = Client(new Uri("http://nowhere.invalid/"));

        var address = client.Tokens.AuthorizeAddress(Redirect, "st&ate", ["ads_read", "business_management"]);

        Assert.Equal(
            "https://www.facebook.com/v25.0/dialog/oauth?client_id=4711&redirect_uri=https%3A%2F%2Fexample.org%2Fv1%2Foauth%2Fmeta%2Fcallback&state=st%26ate&response_type=code&scope=ads_read%2Cbusiness_management",
            address.AbsoluteUri);
    }

    [Fact]
    public async Task A_code_becomes_a_token_and_no_other_token_goes_with_it()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"access_token":"EAAshort","token_type":"bearer","expires_in":5400}""");
        var time = new ManualTime();
        await using var client = Client(graph.Address, time);

        var token = await client.Tokens.ExchangeCodeAsync("AQBcode", Redirect, CancellationToken.None);

        var request = Assert.Single(graph.Requests);
        Assert.Equal(("GET", "/v25.0/oauth/access_token"), (request.Method, request.Path));
        Assert.Equal(("4711", Secret, "AQBcode", Redirect.AbsoluteUri), (
            request.Query["client_id"].ToString(), request.Query["client_secret"].ToString(), request.Query["code"].ToString(), request.Query["redirect_uri"].ToString()));
        Assert.False(request.Headers.ContainsKey("Authorization"));
        Assert.Equal(("EAAshort", time.GetUtcNow().AddSeconds(5400)), (token.Token.Reveal(), token.ExpiresAt));
        Assert.DoesNotContain("EAAshort", token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_extended_and_a_missing_expiry_is_unknown()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"access_token":"EAAlong","token_type":"bearer"}""").Answer("""{"access_token":"EAAnext","expires_in":5183944}""");
        var time = new ManualTime();
        await using var client = Client(graph.Address, time);

        var longer = await client.Tokens.ExtendAsync(GraphClient.AccessToken, CancellationToken.None);
        var next = await client.Tokens.RefreshSystemUserAsync(GraphClient.AccessToken, CancellationToken.None);

        Assert.Null(longer.ExpiresAt);
        Assert.Equal(time.GetUtcNow().AddSeconds(5183944), next.ExpiresAt);
        Assert.All(graph.Requests, request => Assert.Equal(
            ("fb_exchange_token", GraphClient.Token), (request.Query["grant_type"].ToString(), request.Query["fb_exchange_token"].ToString())));
        Assert.Equal(["", "true"], graph.Requests.Select(request => request.Query["set_token_expires_in_60_days"].ToString()));
    }

    [Theory]
    [InlineData(36009, "already used")]
    [InlineData(36007, "expired")]
    public async Task A_code_that_does_not_work_says_what_to_do_and_is_not_sent_twice(int subcode, string says)
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(100, subcode, message: $"bad code AQBcode123 of {Secret}");
        await using var client = Client(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.Tokens.ExchangeCodeAsync("AQBcode123", Redirect, CancellationToken.None));

        Assert.Equal(GraphErrorKind.Permanent, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.Contains("start the login again", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AQBcode123", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.Single(graph.Requests);
    }

    [Fact]
    public async Task A_token_is_inspected_with_the_apps_own()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer(
            """{"data":{"app_id":"4711","type":"USER","application":"X","is_valid":true,"issued_at":1760000000,"expires_at":1765000000,"data_access_expires_at":0,"scopes":["ads_read","public_profile"],"granular_scopes":[{"scope":"ads_read","target_ids":["1","2"]},{"scope":"public_profile"}],"user_id":"99"}}""");
        await using var client = Client(graph.Address);

        var inspection = await client.Tokens.InspectAsync(GraphClient.AccessToken, CancellationToken.None);

        var request = Assert.Single(graph.Requests);
        Assert.Equal(("/v25.0/debug_token", GraphClient.Token), (request.Path, request.Query["input_token"].ToString()));
        Assert.Equal($"Bearer 4711|{Secret}", request.Headers["Authorization"]);
        Assert.Equal(AppSecretProof.Of(new AccessToken($"4711|{Secret}"), Secret), request.Query["appsecret_proof"]);
        Assert.Equal((true, "USER", "99"), (inspection.IsValid, inspection.Type, inspection.UserId));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1765000000), null), (inspection.ExpiresAt, inspection.DataAccessExpiresAt));
        Assert.Equal<string>(["ads_read", "public_profile"], inspection.Scopes);
        Assert.Equal<string>(["1", "2"], inspection.GranularScopes[0].TargetIds);
        Assert.Empty(inspection.GranularScopes[1].TargetIds);
    }

    [Fact]
    public async Task A_dead_token_is_inspected_too()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"data":{"app_id":"4711","is_valid":false,"expires_at":1,"scopes":[],"error":{"code":190,"subcode":463,"message":"Error validating access token: Session has expired"}}}""");
        await using var client = Client(graph.Address);

        var inspection = await client.Tokens.InspectAsync(GraphClient.AccessToken, CancellationToken.None);

        Assert.Equal((false, 190, 463), (inspection.IsValid, inspection.ErrorCode, inspection.ErrorSubcode));
        Assert.Contains("Connect the Meta account again", inspection.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_granted_permissions_count()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"data":[{"permission":"ads_read","status":"granted"},{"permission":"ads_management","status":"declined"},{"permission":"email","status":"expired"}]}""");
        await using var client = Client(graph.Address);

        Assert.Equal<string>(["ads_read"], await client.Tokens.PermissionsAsync(GraphClient.AccessToken, CancellationToken.None));
    }

    [Fact]
    public async Task Revoking_gives_everything_back_and_a_dead_token_has_nothing_to_give()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Answer("""{"success":true}""").Error(190, 458);
        await using var client = Client(graph.Address);

        await client.Tokens.RevokeAsync("99", GraphClient.AccessToken, CancellationToken.None);
        await client.Tokens.RevokeAsync("99", GraphClient.AccessToken, CancellationToken.None);

        Assert.All(graph.Requests, request => Assert.Equal(("DELETE", "/v25.0/99/permissions"), (request.Method, request.Path)));
        await Assert.ThrowsAsync<ArgumentException>(() => client.Tokens.RevokeAsync("99/x", GraphClient.AccessToken, CancellationToken.None));
    }

    [Fact]
    public async Task Without_an_app_it_says_which_setting_is_missing()
    {
        await using var client = new GraphClient(new Uri("http://nowhere.invalid/"));

        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(() => client.Tokens.InspectAsync(GraphClient.AccessToken, CancellationToken.None));

        Assert.Contains("MetaGrains:Graph:AppId", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_line_and_no_failure_holds_a_secret()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        var echo = $"code=AQBcode123 {Secret} {GraphClient.Token} 4711|{Secret}";
        graph.Error(2, message: echo).Reset().Answer("<html>").Error(2, message: echo);
        await using var client = Client(graph.Address);

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.Tokens.ExtendAsync(GraphClient.AccessToken, CancellationToken.None));

        Assert.All([.. client.Logs.Lines, failure.ToString()], text =>
        {
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(GraphClient.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("client_secret", text, StringComparison.Ordinal);
        });
        Assert.NotEmpty(client.Logs.Lines);
    }

    private static GraphClient Client(Uri address, TimeProvider? time = null) =>
        new(address, time, options =>
        {
            options.AppId = "4711";
            options.AppSecret = Secret;
        });
}
