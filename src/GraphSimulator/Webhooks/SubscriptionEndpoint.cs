using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;
using Microsoft.AspNetCore.WebUtilities;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>Answers <c>/{app}/subscriptions</c>, with the handshake, and <c>/act_X/subscribed_apps</c>.</summary>
internal sealed class SubscriptionEndpoint(SubscriptionBook book, HttpClient http, string appId, int seed)
{
    private const string VerificationFailed = "(#2200) Callback verification failed";

    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(23);
    private long _handshakes;

    /// <summary>Checks the callback by a challenge and subscribes it.</summary>
    /// <exception cref="GraphException">A parameter is missing, or the callback did not echo the challenge.</exception>
    public async Task SubscribeAsync(GraphRequest request)
    {
        var (subject, callback, token) = (Required(request, "object"), Required(request, "callback_url"), Required(request, "verify_token"));
        if (!Uri.TryCreate(callback, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw GraphErrors.Invalid("Param callback_url must be a valid URI");
        var challenge = $"{_chance.At((ulong)Interlocked.Increment(ref _handshakes)).Bits % 10_000_000_000:0000000000}";
        var question = QueryHelpers.AddQueryString(callback, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["hub.mode"] = "subscribe",
            ["hub.challenge"] = challenge,
            ["hub.verify_token"] = token,
        });
        if (await AskAsync(new Uri(question)) != challenge)
            throw GraphErrors.Plain(2200, $"{VerificationFailed}: the callback did not echo the challenge.");
        book.Put(new Subscription(subject, callback, ListParameters.Read(request, "fields")));
    }

    public void Answer(GraphRequest request, Utf8JsonWriter writer)
    {
        if (request.Method == "DELETE")
            book.Remove(request.Find("object"));
        if (!request.IsRead)
        {
            GraphAnswers.Succeed(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        foreach (var one in book.All)
            Write(writer, one);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public void AnswerApps(GraphRequest request, long account, Utf8JsonWriter writer)
    {
        if (request.Method == "POST")
            book.Add(account);
        else if (request.Method == "DELETE")
            book.Remove(account);
        if (!request.IsRead)
        {
            GraphAnswers.Succeed(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        if (book.Has(account))
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, "Simulated App");
            writer.WriteString("id"u8, appId);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Subscription one)
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, one.Object);
        writer.WriteString("callback_url"u8, one.CallbackUrl);
        writer.WriteBoolean("active"u8, true);
        writer.WriteStartArray("fields"u8);
        foreach (var field in one.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, field);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private async Task<string?> AskAsync(Uri question)
    {
        try
        {
            using var answer = await http.GetAsync(question);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw GraphErrors.Plain(2200, $"{VerificationFailed}: the callback cannot be reached.");
        }
    }

    private static string Required(GraphRequest request, string name) =>
        request.Find(name) is { Length: > 0 } value ? value : throw GraphErrors.Invalid($"The parameter {name} is required");
}
