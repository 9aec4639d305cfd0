using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace MetaGrains.Api.Docs;

/// <summary>The OpenAPI document and the page of it: made once, at the first request.</summary>
internal sealed class ApiDocument([FromKeyedServices(OpenApiSetup.DocumentName)] IOpenApiDocumentProvider provider)
{
    private readonly Lazy<Task<(string Json, string Page)>> _made = new(() => MakeAsync(provider));

    public async Task<string> JsonAsync() => (await _made.Value).Json;

    public async Task<string> PageAsync() => (await _made.Value).Page;

    private static async Task<(string Json, string Page)> MakeAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return (json, DocsPage.Render(JsonNode.Parse(json)!.AsObject()));
    }
}
