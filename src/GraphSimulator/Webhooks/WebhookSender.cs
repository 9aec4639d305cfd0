using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Webhooks;

/// <summary>Sends webhooks to the subscribed callback, signed both ways over the raw body.</summary>
internal sealed class WebhookSender(SubscriptionBook book, HttpClient http, TimeProvider clock, string secret)
{
    private const int MostRemembered = 1_000;

    private readonly Queue<WebhookDelivery> _sent = new();

    public IReadOnlyList<WebhookDelivery> Sent
    {
        get
        {
            lock (_sent)
                return [.. _sent];
        }
    }

    /// <exception cref="ArgumentException">Nobody subscribed to this field of this account.</exception>
    public async Task<IReadOnlyList<WebhookDelivery>> SendAsync(WebhookOrder order, AdAccount account)
    {
        order.Validate();
        var subscription = book.Find("ad_account");
        if (subscription is null || !subscription.Fields.Contains(order.Field, StringComparer.Ordinal))
            throw new ArgumentException($"The app is not subscribed to {order.Field} of ad_account.", nameof(order));
        if (!book.Has(account.Number))
            throw new ArgumentException($"The account {account.NodeId} has not subscribed the app.", nameof(order));
        var entry = order.TestEntry ? "0" : $"{account.Number}";
        var deliveries = new List<WebhookDelivery>();
        foreach (var chunk in Changes(order, account).Chunk(order.PerPost))
        {
            var body = WebhookPayload.Body(entry, chunk, order.Field, order.PerEntry, clock.GetUtcNow());
            deliveries.Add(await PostAsync(subscription.CallbackUrl, body, order));
        }

        Remember(deliveries);
        return deliveries;
    }

    private static List<JsonObject> Changes(WebhookOrder order, AdAccount account)
    {
        var changes = order.Values?.ToList() ?? [.. Enumerable.Range(0, order.Count).Select(place => WebhookPayload.Value(account, order.Field, place))];
        changes.AddRange(changes.Take(order.Duplicates).ToList());
        if (order.Reorder)
            changes.Reverse();
        return changes;
    }

    private async Task<WebhookDelivery> PostAsync(string url, string body, WebhookOrder order)
    {
        var status = 0;
        var attempt = 0;
        while (attempt < order.Attempts && status != 200)
        {
            attempt++;
            status = await PostOnceAsync(url, body, order.BadSignature ? $"{secret}-wrong" : secret);
        }

        return new WebhookDelivery(clock.GetUtcNow(), url, body, status, attempt);
    }

    private async Task<int> PostOnceAsync(string url, string body, string key)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.Add("X-Hub-Signature", $"sha1={Convert.ToHexStringLower(Sha1(key, bytes))}");
        request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), bytes))}");
        try
        {
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 0;
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Meta still sends this signature beside the strong one.")]
    private static byte[] Sha1(string key, byte[] bytes) => HMACSHA1.HashData(Encoding.UTF8.GetBytes(key), bytes);

    private void Remember(List<WebhookDelivery> deliveries)
    {
        lock (_sent)
        {
            foreach (var delivery in deliveries)
            {
                _sent.Enqueue(delivery);
                if (_sent.Count > MostRemembered)
                    _sent.Dequeue();
            }
        }
    }
}
