using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace MetaGrains.Api.Tests.Support;

/// <summary>An answer of the API, read to its end.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseHeaders Headers, string? MediaType)
{
    /// <summary>What the log says of an answer that is a defect.</summary>
    public string Why { get; init; } = "";

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public JsonArray Data => Json["data"]!.AsArray();

    public string? this[string member] => Json[member]?.ToString();

    public static async Task<Reply> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);

    /// <summary>The answer itself, once it is seen to have the status; the failure shows the answer.</summary>
    public Reply Is(int status)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Text} {Why}");
        return this;
    }

    /// <summary>Once it is seen to be a whole problem of that status.</summary>
    public Reply IsProblem(int status)
    {
        Is(status);
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal(status, (int)Json["status"]!);
        Assert.All(new[] { "type", "title", "detail", "fix", "trace_id" }, member => Assert.False(string.IsNullOrEmpty(this[member]), $"{member} is empty: {Text}"));
        Assert.True(Json.ContainsKey("field"));
        return this;
    }
}
