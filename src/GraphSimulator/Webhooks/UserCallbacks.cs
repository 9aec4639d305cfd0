using System.Text.Json;
using MetaGrains.GraphSimulator.OAuth;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>The two callbacks about a user: the app was removed, and the user wants the data deleted.</summary>
internal sealed class UserCallbacks(HttpClient http, TimeProvider clock, string secret)
{
    /// <summary>What the app answered.</summary>
    /// <param name="Status">0 when nobody answered.</param>
    /// <param name="Answer">The JSON of a data deletion; null where the answer is none.</param>
    internal sealed record Outcome(int Status, JsonElement? Answer);

    public async Task<Outcome> PostAsync(Uri url, string userId)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("signed_request", SignedRequest.Of(userId, secret, clock.GetUtcNow()))]);
        try
        {
            using var answer = await http.PostAsync(url, form);
            return new Outcome((int)answer.StatusCode, Parse(await answer.Content.ReadAsStringAsync()));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return new Outcome(0, null);
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
