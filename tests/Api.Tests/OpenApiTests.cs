using System.Text.Json;
using System.Text.Json.Nodes;
using MetaGrains.Api.Auth;
using MetaGrains.Api.Docs;
using MetaGrains.Api.Json;
using MetaGrains.Api.Problems;
using MetaGrains.Api.Tests.Support;
using Microsoft.AspNetCore.Routing;

namespace MetaGrains.Api.Tests;

/// <summary>The document says what the routes do, and its page says the same.</summary>
[Collection(SharedSystem.Name)]
public sealed class OpenApiTests(SharedSystem system)
{
    private ApiSystem Api => system.Api;

    [Fact]
    public async Task Every_route_is_documented_with_summary_parameters_and_who_may_use_it()
    {
        var document = await DocumentAsync();
        var documented = Operations(document).ToDictionary(operation => $"{operation.Verb} {operation.Path}", operation => operation.Content, StringComparer.Ordinal);

        var routes = Routes().ToArray();

        Assert.Equal(routes.Select(route => $"{route.Verb} {route.Path}").Order(StringComparer.Ordinal), documented.Keys.Order(StringComparer.Ordinal));
        Assert.All(routes, route =>
        {
            var operation = documented[$"{route.Verb} {route.Path}"];
            Assert.Equal(route.Doc.Id, (string?)operation["operationId"]);
            Assert.False(string.IsNullOrEmpty((string?)operation["summary"]));
            Assert.Equal(route.Access == Access.Open, operation["security"] is null);
            var named = operation["parameters"]?.AsArray().Select(parameter => (string?)parameter!["name"]).ToArray() ?? [];
            Assert.All(Parameters.OfPath(route.Path), parameter => Assert.Contains(parameter.Name, named));
            Assert.All(operation["parameters"]?.AsArray() ?? [], parameter => Assert.NotNull(parameter!["example"]));
        });
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]);
    }

    [Fact]
    public async Task Every_body_has_a_schema_and_an_example_that_deserializes_into_its_model()
    {
        var document = await DocumentAsync();
        var seen = 0;

        foreach (var route in Routes())
        {
            var operation = document["paths"]![route.Path]![route.Verb.ToLowerInvariant()]!;
            if (route.Doc.Body is { } body)
                Check(operation["requestBody"]!["content"]!["application/json"]!, body.GetType());
            else
                Assert.Null(operation["requestBody"]);
            foreach (var (status, response) in operation["responses"]!.AsObject())
            {
                var answer = route.Doc.Answers.FirstOrDefault(answer => answer.Status == int.Parse(status));
                if (answer is null)
                    Check(response!["content"]!["application/problem+json"]!, typeof(Problem));
                else if (answer.Example is { } example)
                    Check(response!["content"]!["application/json"]!, example.GetType());
                else
                    Assert.Null(response!["content"]);
            }
        }

        Assert.True(seen > 150, $"Only {seen} bodies were looked at.");

        void Check(JsonNode content, Type model)
        {
            seen++;
            Assert.NotNull(Resolve(document, content["schema"]!)["properties"]);
            var example = content["example"]!;
            Assert.NotNull(example.Deserialize(model, ApiJson.Options));
            Assert.All(example.AsObject(), member => Assert.True(Resolve(document, content["schema"]!)["properties"]!.AsObject().ContainsKey(member.Key), $"{model.Name}.{member.Key} is in no schema."));
        }
    }

    [Fact]
    public async Task Every_member_of_every_object_is_described()
    {
        var document = await DocumentAsync();

        var bare = from schema in document["components"]!["schemas"]!.AsObject()
                   from member in schema.Value!["properties"]?.AsObject() ?? []
                   where !schema.Key.StartsWith("ListOf", StringComparison.Ordinal) && string.IsNullOrEmpty((string?)member.Value!["description"]) && member.Value["$ref"] is null && member.Value["oneOf"] is null
                   select $"{schema.Key}.{member.Key}";

        Assert.Empty(bare);
    }

    [Fact]
    public async Task Every_member_of_every_object_has_a_type()
    {
        var document = await DocumentAsync();

        var typeless = from schema in document["components"]!["schemas"]!.AsObject()
                       from member in schema.Value!["properties"]?.AsObject() ?? []
                       where new[] { "type", "$ref", "oneOf" }.All(word => member.Value![word] is null)
                       select $"{schema.Key}.{member.Key}";

        Assert.Empty(typeless);
        var window = document["components"]!["schemas"]!["RunWindow"]!["properties"]!["since"]!;
        Assert.Equal(("string", "date"), ((string?)window["type"], (string?)window["format"]));
    }

    [Fact]
    public async Task The_page_shows_every_route_with_its_curl_line_and_needs_nothing_from_elsewhere()
    {
        var page = await Api.GetAsync("/docs", null);

        page.Is(200);
        Assert.Equal("text/html", page.MediaType);
        Assert.All(Routes(), route => Assert.Contains($"id=\"{route.Doc.Id}\"", page.Text, StringComparison.Ordinal));
        Assert.Contains("curl -X PUT", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("://", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("light dark", page.Text, StringComparison.Ordinal);
        Assert.Contains("style-src 'sha256-", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switched_off_jobs_answer_404_and_are_in_no_document()
    {
        await using var off = await ApiSystem.StartAsync(silo: false, jobsEnabled: false);
        var tenant = await off.TenantAsync();
        var account = await off.AccountAsync(tenant);

        var document = (await off.GetAsync("/openapi/v1.json", null)).Json;

        Assert.Null(document["paths"]!["/v1/scheduler/run"]);
        Assert.Null(document["paths"]!["/v1/tenants/{tenant}/accounts/{account}/sync/runs"]!["post"]);
        Assert.NotNull(document["paths"]!["/v1/tenants/{tenant}/accounts/{account}/sync/runs"]!["get"]);
        (await off.PostAsync($"{account}/sync/runs", "{}")).IsProblem(404);
        (await off.PostAsync("/v1/scheduler/run")).IsProblem(404);
        (await off.PostAsync("/v1/scheduler/run", key: null)).IsProblem(401);
        Assert.Equal(0L, await off.Database.ScalarAsync<long>("select count(*) from sync_runs"));
    }

    private async Task<JsonObject> DocumentAsync() => (await Api.GetAsync("/openapi/v1.json", null)).Is(200).Json;

    private IEnumerable<(string Verb, string Path, Access Access, RouteDoc Doc)> Routes() =>
        from endpoint in Api.Endpoints
        let doc = endpoint.Metadata.GetMetadata<RouteDoc>()
        where doc is not null
        select (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single(), endpoint.RoutePattern.RawText!,
            endpoint.Metadata.GetMetadata<RouteAccess>()!.Access, doc);

    private static IEnumerable<(string Verb, string Path, JsonNode Content)> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from verb in path.Value!.AsObject()
        select (verb.Key.ToUpperInvariant(), path.Key, verb.Value!);

    private static JsonNode Resolve(JsonObject document, JsonNode schema) =>
        schema["$ref"] is { } reference ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]! : schema;
}
