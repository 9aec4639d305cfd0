using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>A group of controls.</summary>
internal interface IControls
{
    /// <returns>The answer, or null when the route is not of this group.</returns>
    Task<object?> AnswerAsync(ControlRequest request);
}

/// <summary>Answers <c>/_sim/…</c>: what a test asks of the simulator that no caller of Meta could.</summary>
internal sealed class ControlEndpoint(IReadOnlyList<IControls> groups)
{
    public const string Prefix = "/_sim";

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            var answer = await AnswerAsync(new ControlRequest(http.Request));
            http.Response.StatusCode = answer is null ? 404 : 200;
            await http.Response.WriteAsJsonAsync(answer ?? new Refusal("There is no such control."), ControlRequest.Json, http.RequestAborted);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or JsonException or BadHttpRequestException)
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteAsJsonAsync(new Refusal(e.Message), ControlRequest.Json, http.RequestAborted);
        }
    }

    private async Task<object?> AnswerAsync(ControlRequest request)
    {
        foreach (var group in groups)
        {
            if (await group.AnswerAsync(request) is { } answer)
                return answer;
        }

        return null;
    }

    private sealed record Refusal(string Error);
}
