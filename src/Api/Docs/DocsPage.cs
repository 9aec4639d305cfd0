using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MetaGrains.Api.Docs;

/// <summary>The OpenAPI document as one HTML page: no script, nothing from elsewhere, light and dark as the reader's system is.</summary>
internal static class DocsPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8882; --link: light-dark(#0a58ca, #7ab0ff); --get: light-dark(#146c43, #6fd39f); --set: light-dark(#9a4b00, #ffb470); }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; background: light-dark(#fff, #16181c); color: light-dark(#1b1d21, #e6e6e6); }
        a { color: var(--link); } h1 { margin: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        code, pre { font: 13px/1.45 ui-monospace, monospace; } pre { background: var(--soft); padding: .75rem; border-radius: 6px; overflow-x: auto; }
        details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; } summary { padding: .5rem .75rem; cursor: pointer; } details > div { padding: 0 .75rem .5rem; }
        summary b { display: inline-block; min-width: 4.2rem; color: var(--set); } summary b.get { color: var(--get); } summary span { opacity: .75; }
        table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line); }
        """;

    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Allows the page its own style and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; frame-ancestors 'none'; base-uri 'none'";

    public static string Render(JsonObject document)
    {
        var html = new StringBuilder();
        var title = Text(document["info"]?["title"]);
        html.Append($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} API</title><style>{Style}</style></head><body>\n");
        html.Append($"<h1>{title} API</h1>\n<p>Version {Text(document["info"]?["version"])}, <a href=\"/openapi/v1.json\">OpenAPI document</a></p>\n<p>{Text(document["info"]?["description"])}</p>\n");
        html.Append("<p>Every route under <code>/v1</code> needs a key: <code>Authorization: Bearer KEY</code>.</p>\n");
        foreach (var group in Operations(document).GroupBy(operation => operation.Tag))
        {
            html.Append($"<h2>{Text(group.Key)}</h2>\n");
            foreach (var operation in group)
                Append(html, operation);
        }

        AppendSchemas(html, document);
        return html.Append("</body></html>\n").ToString();
    }

    private static IEnumerable<Operation> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from verb in path.Value!.AsObject()
        let content = verb.Value!.AsObject()
        select new Operation(verb.Key.ToUpperInvariant(), path.Key, (string)content["tags"]![0]!, content);

    private static void Append(StringBuilder html, Operation operation)
    {
        var content = operation.Content;
        html.Append($"<details id=\"{Text(content["operationId"])}\"><summary><b class=\"{operation.Verb.ToLowerInvariant()}\">{operation.Verb}</b> <code>{Text(operation.Path)}</code> <span>{Text(content["summary"])}</span></summary><div>\n");
        if (content["description"] is { } description)
            html.Append($"<p>{Text(description)}</p>\n");
        if (content["parameters"] is JsonArray { Count: > 0 } parameters)
        {
            html.Append("<table><tr><th>Parameter</th><th>In</th><th>Meaning</th><th>Example</th></tr>\n");
            foreach (var parameter in parameters)
                html.Append($"<tr><td><code>{Text(parameter!["name"])}</code></td><td>{Text(parameter["in"])}</td><td>{Text(parameter["description"])}</td><td><code>{Text(parameter["example"])}</code></td></tr>\n");
            html.Append("</table>\n");
        }

        html.Append($"<pre>{Text(Curl(operation))}</pre>\n");
        foreach (var (status, response) in content["responses"]!.AsObject())
            AppendResponse(html, status, response!);
        html.Append("</div></details>\n");
    }

    private static void AppendResponse(StringBuilder html, string status, JsonNode response)
    {
        html.Append($"<p><b>{status}</b> {Text(response["description"])}</p>\n");
        if (status[0] == '2' && Example(response) is { } example)
            html.Append($"<pre>{Text(example.ToJsonString(Pretty))}</pre>\n");
    }

    private static void AppendSchemas(StringBuilder html, JsonObject document)
    {
        html.Append("<h2>Objects</h2>\n");
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            if (schema!["properties"] is not JsonObject properties)
                continue;
            html.Append($"<details><summary><code>{Text(name)}</code> <span>{Text(schema["description"])}</span></summary><div><table>\n");
            foreach (var (member, property) in properties)
                html.Append($"<tr><td><code>{Text(member)}</code></td><td>{Text(TypeOf(property!))}</td><td>{Text(property!["description"])}</td></tr>\n");
            html.Append("</table></div></details>\n");
        }
    }

    private static string TypeOf(JsonNode property) =>
        property["$ref"] is { } reference ? ((string)reference!).Split('/')[^1]
        : property["type"] is JsonArray types ? string.Join(" or ", types.Select(type => (string)type!))
        : property["type"] is { } type ? (string)type!
        : string.Join(" or ", (property["oneOf"] ?? property["anyOf"])?.AsArray().Select(choice => TypeOf(choice!)) ?? []);

    private static string Curl(Operation operation)
    {
        var curl = new StringBuilder("curl");
        if (operation.Verb != "GET")
            curl.Append($" -X {operation.Verb}");
        if (operation.Content["security"] is not null)
            curl.Append(" -H \"Authorization: Bearer $KEY\"");
        if (operation.Content["requestBody"] is { } body && Example(body) is { } example)
            curl.Append($" \\\n  -H 'Content-Type: application/json' -d '{example.ToJsonString(Pretty).ReplaceLineEndings("").Replace("  ", "", StringComparison.Ordinal)}' \\\n ");
        var path = operation.Path;
        foreach (var parameter in operation.Content["parameters"]?.AsArray() ?? [])
            path = path.Replace($"{{{(string)parameter!["name"]!}}}", parameter["example"]?.ToString(), StringComparison.Ordinal);
        return curl.Append($" $URL{path}").ToString();
    }

    private static JsonNode? Example(JsonNode holder) => holder["content"]?.AsObject().FirstOrDefault().Value?["example"];

    private static string Text(JsonNode? node) => Text(node?.ToString());

    private static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    private sealed record Operation(string Verb, string Path, string Tag, JsonObject Content);
}
