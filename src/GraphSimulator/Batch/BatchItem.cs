using System.Text.Json;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Batch;

/// <summary>One item of a batch as it was sent.</summary>
internal sealed record BatchItem(string Method, string RelativeUrl, string? Body, string? Name, string? DependsOn, bool? OmitOnSuccess)
{
    public static List<BatchItem> ReadAll(string text)
    {
        using var document = ListParameters.Json("batch", text);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw GraphErrors.Invalid("Param batch must be an array");
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    /// <summary>The labels of the items that this one needs: named by <c>depends_on</c> or in a reference.</summary>
    public IEnumerable<string> Needs() =>
        BatchReferences.Names(RelativeUrl).Concat(BatchReferences.Names(Body ?? "")).Concat(DependsOn is null ? [] : [DependsOn]).Distinct(StringComparer.Ordinal);

    /// <summary>The call that the item stands for.</summary>
    /// <param name="outer">Gives what the item leaves out: version, token and proof.</param>
    public GraphRequest Request(GraphRequest outer, BatchReferences references)
    {
        var query = RelativeUrl.IndexOf('?', StringComparison.Ordinal);
        var path = (query < 0 ? RelativeUrl : RelativeUrl[..query]).Trim('/');
        var first = path.Split('/')[0];
        var versioned = GraphVersions.IsVersion(first) || outer.Version.Length == 0 ? $"/{path}" : $"/{outer.Version}/{path}".TrimEnd('/');
        var request = new GraphRequest(Method.ToUpperInvariant(), outer.Origin, references.Fill(Uri.UnescapeDataString(versioned)));
        if (query >= 0)
            request.TakeAll(RelativeUrl[query..]);
        if (Body is not null && Method != "GET")
            request.TakeAll(Body);
        for (var place = 0; place < request.Parameters.Count; place++)
            request.Parameters[place] = KeyValuePair.Create(request.Parameters[place].Key, references.Fill(request.Parameters[place].Value));
        if (request.Token is null)
        {
            request.Token = outer.Token;
            if (request.Find("appsecret_proof") is null && outer.Find("appsecret_proof") is { } proof)
                request.Take("appsecret_proof", proof);
        }

        request.TakeMethod();
        return request;
    }

    private static BatchItem Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || Text(item, "method") is not { } method || Text(item, "relative_url") is not { } url)
            throw GraphErrors.Invalid("Each item of a batch needs a method and a relative_url");
        bool? omit = item.TryGetProperty("omit_response_on_success", out var flag)
            ? flag.ValueKind == JsonValueKind.True || (flag.ValueKind == JsonValueKind.String && flag.GetString() == "true")
            : null;
        return new BatchItem(method, url, Text(item, "body"), Text(item, "name"), Text(item, "depends_on"), omit);
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
