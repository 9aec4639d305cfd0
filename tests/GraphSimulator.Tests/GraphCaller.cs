using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests;

/// <summary>A running simulator and a client that calls it as any program would.</summary>
internal sealed class GraphCaller : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 6, 11, 0, 0, TimeSpan.Zero);

    private GraphCaller(GraphSimulatorServer server)
    {
        Server = server;
        Client = new HttpClient { BaseAddress = server.BaseAddress };
    }

    public GraphSimulatorServer Server { get; }

    public HttpClient Client { get; }

    public string FirstAccount => Server.AccountIds[0];

    public static async Task<GraphCaller> StartAsync(GraphSimulatorOptions? options = null) =>
        new(await GraphSimulatorServer.StartAsync(options ?? new GraphSimulatorOptions { Now = Noon }));

    public string Url(string pathAndQuery, string? token = null) =>
        $"v25.0/{pathAndQuery}{(pathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token={token ?? Server.AccessToken}";

    public async Task<HttpResponseMessage> SendAsync(string pathAndQuery) => await Client.GetAsync(new Uri(Url(pathAndQuery), UriKind.Relative));

    public async Task<JsonElement> GetAsync(string pathAndQuery) => await ReadAsync(await SendAsync(pathAndQuery));

    public async Task<string> GetTextAsync(string pathAndQuery) => await (await SendAsync(pathAndQuery)).Content.ReadAsStringAsync();

    /// <summary>Posts a form.</summary>
    public async Task<HttpResponseMessage> PostAsync(string pathAndQuery, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return await Client.PostAsync(new Uri(Url(pathAndQuery), UriKind.Relative), content);
    }

    public async Task<HttpResponseMessage> DeleteAsync(string path) => await Client.DeleteAsync(new Uri(Url(path), UriKind.Relative));

    /// <summary>Asks for a control.</summary>
    public async Task<JsonElement> ControlAsync(string path) => await ReadAsync(await Client.GetAsync(new Uri($"_sim/{path}", UriKind.Relative)));

    /// <summary>Gives an order.</summary>
    public async Task<JsonElement> OrderAsync(string path, object order)
    {
        var response = await Client.PostAsJsonAsync(new Uri($"_sim/{path}", UriKind.Relative), order);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await ReadAsync(response);
    }

    /// <summary>Moves the simulator's clock.</summary>
    public Task<JsonElement> AdvanceAsync(TimeSpan step) => OrderAsync("clock", new { seconds = step.TotalSeconds });

    /// <summary>The error of a call that must fail.</summary>
    public async Task<(int Status, JsonElement Error)> FailAsync(string pathAndQuery)
    {
        var response = await SendAsync(pathAndQuery);
        return ((int)response.StatusCode, (await ReadAsync(response)).GetProperty("error"));
    }

    /// <summary>All rows of a list, page by page.</summary>
    public async Task<List<JsonElement>> RowsAsync(string pathAndQuery) => await RowsFromAsync(new Uri(Url(pathAndQuery), UriKind.Relative));

    public async Task<List<JsonElement>> RowsFromAsync(Uri? next)
    {
        var rows = new List<JsonElement>();
        while (next is not null)
        {
            var response = await Client.GetAsync(next);
            response.EnsureSuccessStatusCode();
            var page = await ReadAsync(response);
            rows.AddRange(page.GetProperty("data").EnumerateArray());
            next = Link(page, "next");
        }

        return rows;
    }

    public static Uri? Link(JsonElement page, string name) =>
        page.TryGetProperty("paging", out var paging) && paging.TryGetProperty(name, out var link) ? new Uri(link.GetString()!) : null;

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

internal static class RowReading
{
    /// <summary>Code and subcode of an answer that must be an error.</summary>
    public static async Task<(int Status, int Code, int? Subcode)> ErrorAsync(this HttpResponseMessage response)
    {
        var error = (await GraphCaller.ReadAsync(response)).GetProperty("error");
        return ((int)response.StatusCode, error.GetProperty("code").GetInt32(), error.TryGetProperty("error_subcode", out var subcode) ? subcode.GetInt32() : null);
    }

    public static string Range(string since, string until) => $"time_range={Uri.EscapeDataString($$"""{"since":"{{since}}","until":"{{until}}"}""")}";

    public static string Text(this JsonElement row, string name) => row.GetProperty(name).GetString()!;

    public static decimal Number(this JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) ? decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture) : 0;

    public static decimal Sum(this IEnumerable<JsonElement> rows, string name) => rows.Sum(row => row.Number(name));

    /// <summary>Counts by action type, of one key of its elements.</summary>
    public static Dictionary<string, decimal> Actions(this IEnumerable<JsonElement> rows, string list = "actions", string key = "value") =>
        rows.Where(row => row.TryGetProperty(list, out _))
            .SelectMany(row => row.GetProperty(list).EnumerateArray())
            .GroupBy(element => element.Text("action_type"))
            .Select(group => (group.Key, Sum: group.Sum(element => element.Number(key))))
            .Where(pair => pair.Sum != 0)
            .ToDictionary(pair => pair.Key, pair => pair.Sum);
}
