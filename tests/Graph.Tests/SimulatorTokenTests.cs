using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;
using Microsoft.AspNetCore.WebUtilities;

namespace MetaGrains.Graph.Tests;

/// <summary>The life of tokens against the simulator, over a socket.</summary>
public sealed class SimulatorTokenTests
{
    private static readonly Uri Redirect = new("https://app.example/oauth/meta/callback");

    [Fact]
    public async Task From_the_dialog_to_the_revocation_each_token_is_what_it_is_said_to_be()
    {
        await using var graph = await StartAsync();
        var tokens = graph.Client.Tokens;
        var back = await graph.AllowAsync(tokens.AuthorizeAddress(Redirect, "st-1", ["ads_read"]));
        var query = QueryHelpers.ParseQuery(back.Query);
        Assert.Equal("st-1", query["state"]);

        var brief = await tokens.ExchangeCodeAsync(query["code"].ToString(), Redirect, CancellationToken.None);
        var lasting = await tokens.ExtendAsync(brief.Token, CancellationToken.None);
        var inspected = await tokens.InspectAsync(lasting.Token, CancellationToken.None);

        Assert.InRange(brief.ExpiresAt!.Value - graph.Time.GetUtcNow(), TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        Assert.InRange(lasting.ExpiresAt!.Value - graph.Time.GetUtcNow(), TimeSpan.FromDays(59), TimeSpan.FromDays(60));
        Assert.Equal((true, "USER", SimulatorTokens.AppId, lasting.ExpiresAt), (inspected.IsValid, inspected.Type, inspected.AppId, inspected.ExpiresAt));
        Assert.Equal(graph.Time.GetUtcNow().AddDays(90), inspected.DataAccessExpiresAt);
        Assert.Equal("ads_read public_profile", string.Join(' ', inspected.Scopes));
        Assert.Equal("ads_read public_profile", string.Join(' ', await tokens.PermissionsAsync(lasting.Token, CancellationToken.None)));
        Assert.NotEmpty(await graph.Client.ReadAllAsync(graph.Query(), lasting.Token));

        await tokens.RevokeAsync(inspected.UserId!, lasting.Token, CancellationToken.None);
        await tokens.RevokeAsync(inspected.UserId!, lasting.Token, CancellationToken.None);

        var dead = await tokens.InspectAsync(lasting.Token, CancellationToken.None);
        Assert.Equal((false, 190, 458), (dead.IsValid, dead.ErrorCode, dead.ErrorSubcode));
        var failure = await Assert.ThrowsAsync<GraphException>(() => graph.Client.ReadAllAsync(graph.Query(), lasting.Token));
        Assert.Equal((GraphErrorKind.Reauthorise, 458), (failure.Kind, failure.Subcode));
    }

    [Fact]
    public async Task A_code_works_once_with_its_own_address_and_for_ten_minutes()
    {
        await using var graph = await StartAsync();
        var tokens = graph.Client.Tokens;
        var used = await CodeAsync(graph);
        await tokens.ExchangeCodeAsync(used, Redirect, CancellationToken.None);
        var elsewhere = await CodeAsync(graph);
        var late = await CodeAsync(graph);

        var again = await Assert.ThrowsAsync<GraphException>(() => tokens.ExchangeCodeAsync(used, Redirect, CancellationToken.None));
        var other = await Assert.ThrowsAsync<GraphException>(() => tokens.ExchangeCodeAsync(elsewhere, new Uri("https://app.example/other"), CancellationToken.None));
        graph.Time.Advance(TimeSpan.FromMinutes(11));
        var expired = await Assert.ThrowsAsync<GraphException>(() => tokens.ExchangeCodeAsync(late, Redirect, CancellationToken.None));

        Assert.Equal(
            [(GraphErrorKind.Permanent, 36009), (GraphErrorKind.Permanent, 36008), (GraphErrorKind.Permanent, 36007)],
            new[] { again, other, expired }.Select(failure => (failure.Kind, failure.Subcode!.Value)));
        Assert.All(new[] { used, elsewhere, late }, code => Assert.DoesNotContain(graph.Client.Logs.Lines, line => line.Contains(code, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_system_users_token_is_refreshed_before_it_expires_and_not_after()
    {
        await using var graph = await StartAsync(new GraphSimulatorOptions
        {
            Seed = 7,
            Tokens = [new SimulatedToken("sys") { ExpiresAt = new ManualTime().GetUtcNow().AddDays(3) }],
        });

        var next = await graph.Client.Tokens.RefreshSystemUserAsync(new AccessToken("sys"), CancellationToken.None);
        graph.Time.Advance(TimeSpan.FromDays(3));
        var failure = await Assert.ThrowsAsync<GraphException>(() => graph.Client.Tokens.RefreshSystemUserAsync(new AccessToken("sys"), CancellationToken.None));

        var inspected = await graph.Client.Tokens.InspectAsync(next.Token, CancellationToken.None);
        Assert.Equal((true, "SYSTEM_USER", null), (inspected.IsValid, inspected.Type, inspected.DataAccessExpiresAt));
        Assert.Equal((GraphErrorKind.Reauthorise, 463), (failure.Kind, failure.Subcode));
    }

    [Theory]
    [InlineData(MissingScopeAnswer.Permission)]
    [InlineData(MissingScopeAnswer.MissingPermissions)]
    public async Task A_token_without_the_permission_or_the_account_is_no_wrong_question(MissingScopeAnswer answer)
    {
        await using var graph = await StartAsync(new GraphSimulatorOptions { Seed = 7, Tokens = [new SimulatedToken("bare") { Scopes = ["public_profile"], MissingScope = answer }] });

        var failure = await Assert.ThrowsAsync<GraphException>(() => graph.Client.ReadAllAsync(graph.Query(), new AccessToken("bare")));

        Assert.Equal((GraphErrorKind.Permission, 1), (failure.Kind, failure.Calls));
        Assert.DoesNotContain("ads_read", await graph.Client.Tokens.PermissionsAsync(new AccessToken("bare"), CancellationToken.None));
    }

    [Fact]
    public async Task The_proof_goes_with_every_call_where_Meta_insists_on_it()
    {
        await using var graph = await StartAsync(new GraphSimulatorOptions { Seed = 7, AppSecret = "s3cret", RequireAppSecretProof = true }, "s3cret");
        var query = graph.Query(level: InsightsLevel.Campaign);

        var asked = await graph.Client.ReadAllAsync(query, SimulatedGraph.Token);
        var reported = await graph.PassAsync(graph.Client.ReadAllAsync(query with { Asynchronous = true }, SimulatedGraph.Token));

        Assert.Equal(asked.SelectMany(page => page.Rows), reported.SelectMany(page => page.Rows));
        Assert.True((await graph.Client.Tokens.InspectAsync(SimulatedGraph.Token, CancellationToken.None)).IsValid);
    }

    [Theory]
    [InlineData("another")]
    [InlineData(null)]
    public async Task A_wrong_or_missing_proof_is_refused_once_and_leaks_nothing(string? secret)
    {
        await using var graph = await StartAsync(new GraphSimulatorOptions { Seed = 7, AppSecret = "s3cret", RequireAppSecretProof = true }, secret);

        var failure = await Assert.ThrowsAsync<GraphException>(() => graph.Client.ReadAllAsync(graph.Query(), SimulatedGraph.Token));

        Assert.Equal((GraphErrorKind.Permanent, 100, 1), (failure.Kind, failure.Code, failure.Calls));
        Assert.Contains("appsecret_proof", failure.ErrorMessage!, StringComparison.Ordinal);
        Assert.DoesNotContain(SimulatorTokens.Valid, failure.ToString(), StringComparison.Ordinal);
    }

    private static Task<SimulatedGraph> StartAsync(GraphSimulatorOptions? simulator = null, string? secret = SimulatorTokens.AppSecret) =>
        SimulatedGraph.StartAsync(simulator, options =>
        {
            options.AppId = SimulatorTokens.AppId;
            options.AppSecret = secret;
        });

    private static async Task<string> CodeAsync(SimulatedGraph graph)
    {
        var back = await graph.AllowAsync(graph.Client.Tokens.AuthorizeAddress(Redirect, "st-1", ["ads_read"]));
        return QueryHelpers.ParseQuery(back.Query)["code"].ToString();
    }
}
