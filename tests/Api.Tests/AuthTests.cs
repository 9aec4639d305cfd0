using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Tests.Support;
using Microsoft.AspNetCore.Routing;

namespace MetaGrains.Api.Tests;

/// <summary>Who may do what, for every route there is: a new one is checked without anybody thinking of it.</summary>
[Collection(SharedSystem.Name)]
public sealed class AuthTests(SharedSystem system)
{
    private static readonly string[] Open = ["/healthz", "/readyz", "/openapi/v1.json", "/docs"];

    private ApiSystem Api => system.Api;

    [Fact]
    public void Only_health_and_documents_are_open() =>
        Assert.Equal(Open.Order(StringComparer.Ordinal), Routes().Where(route => route.Access == Access.Open).Select(route => route.Path).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Every_other_route_answers_401_without_a_key_and_with_a_wrong_one()
    {
        var tenant = await Api.TenantAsync();
        var before = await Api.ContentAsync();

        foreach (var route in Routes().Where(route => route.Access != Access.Open))
        {
            foreach (var key in new[] { null, "", "wrong", "mgk_" + new string('0', 64), ApiSystem.OperatorKey + "x", tenant.Key[..^1] })
            {
                var reply = await Api.SendAsync(route.Verb, route.For(tenant.Slug), route.Body, key);
                reply.IsProblem(401);
                Assert.Equal("Bearer", reply.Headers.WwwAuthenticate.Single().Scheme);
            }
        }

        Assert.Equal(before, await Api.ContentAsync());
    }

    [Fact]
    public async Task Every_route_of_a_tenant_and_of_the_operator_answers_403_to_another_tenants_key()
    {
        var (mine, other) = (await Api.TenantAsync(), await Api.TenantAsync());
        await Api.AccountAsync(other);
        var before = await Api.ContentAsync();
        var seen = 0;

        foreach (var route in Routes().Where(route => route.Access is Access.Tenant or Access.Operator))
        {
            var answers = new List<string>();
            foreach (var tenant in new[] { other.Slug, other.Id.ToString(), "no-such-tenant", Guid.NewGuid().ToString(), "a%20b", "x%27%3B--" })
            {
                var reply = await Api.SendAsync(route.Verb, route.For(tenant), route.Body, mine.Key);
                reply.IsProblem(403);
                answers.Add($"{reply["detail"]} {reply["fix"]} {reply["field"]}");
                seen++;
            }

            Assert.Single(answers.Distinct());
        }

        Assert.True(seen > 100, $"Only {seen} requests were made.");
        Assert.Equal(before, await Api.ContentAsync());
    }

    [Fact]
    public void Every_route_says_who_may_use_it() =>
        Assert.All(Api.Endpoints, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<RouteAccess>()));

    [Theory]
    [InlineData("Basic b3BlcmF0b3I6")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData(ApiSystem.OperatorKey)]
    public async Task A_header_that_is_no_bearer_key_is_refused(string header) =>
        (await Api.SendAsync("GET", "/v1/tenants", null, key: null, headers: ("Authorization", header))).IsProblem(401);

    [Fact]
    public async Task The_scheme_is_read_in_any_case_and_two_keys_are_none()
    {
        (await Api.SendAsync("GET", "/v1/cluster", null, null, headers: ("Authorization", $"bearer {ApiSystem.OperatorKey}"))).Is(200);
        (await Api.SendAsync("GET", "/v1/cluster", null, ApiSystem.OperatorKey, headers: ("Authorization", "Bearer other"))).IsProblem(401);
    }

    [Fact]
    public async Task A_slug_cannot_pass_for_another_tenants_id()
    {
        var tenant = await Api.TenantAsync();

        var reply = (await Api.PostAsync("/v1/tenants", $$"""{"slug":"{{tenant.Id}}","name":"x","currency":"EUR"}""")).IsProblem(400);

        Assert.Equal("slug", reply["field"]);
    }

    [Fact]
    public async Task Answers_are_not_cached_not_sniffed_and_do_not_name_the_server()
    {
        foreach (var reply in new[] { await Api.GetAsync("/v1/tenants"), await Api.GetAsync("/v1/tenants", null), await Api.GetAsync("/v1/nothing") })
        {
            Assert.True(reply.Headers.CacheControl!.NoStore);
            Assert.Equal("nosniff", reply.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Empty(reply.Headers.Server);
        }
    }

    private IEnumerable<Route> Routes() =>
        from endpoint in Api.Endpoints
        let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
        select new Route(
            methods.Single(), endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<RouteAccess>()!.Access,
            endpoint.Metadata.GetMetadata<RouteDoc>()?.Body is null ? null : "{}");

    private sealed record Route(string Verb, string Path, Access Access, string? Body)
    {
        public string For(string tenant) => Path
            .Replace("{tenant}", tenant, StringComparison.Ordinal).Replace("{account}", "act_101", StringComparison.Ordinal)
            .Replace("{tier}", "low", StringComparison.Ordinal).Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal);
    }
}
