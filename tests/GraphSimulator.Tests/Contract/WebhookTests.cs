using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 11: webhooks, and the callbacks about users.</summary>
public sealed class WebhookTests
{
    private static readonly string App = Uri.EscapeDataString($"{SimulatorTokens.AppId}|{SimulatorTokens.AppSecret}");

    [Fact]
    public async Task A_callback_is_subscribed_only_when_it_echoes_the_challenge()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await CallbackServer.StartAsync();

        Assert.Equal((400, 2200, null), await (await SubscribeAsync(graph, callback.Url, "wrong")).ErrorAsync());
        Assert.Equal((400, 2200, null), await (await SubscribeAsync(graph, "http://127.0.0.1:1/", CallbackServer.VerifyToken)).ErrorAsync());
        Assert.True((await SubscribeAsync(graph, callback.Url, CallbackServer.VerifyToken)).IsSuccessStatusCode);

        var list = await GraphCaller.ReadAsync(await graph.Client.GetAsync(new Uri($"v26.0/{SimulatorTokens.AppId}/subscriptions?access_token={App}", UriKind.Relative)));
        Assert.Equal(callback.Url, list.GetProperty("data")[0].Text("callback_url"));
        Assert.Equal(15, (await (await graph.PostAsync($"{SimulatorTokens.AppId}/subscriptions", ("object", "ad_account"))).ErrorAsync()).Code);
    }

    [Fact]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Meta still sends this signature beside the strong one.")]
    public async Task A_webhook_is_signed_both_ways_over_its_raw_body()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await SubscribedAsync(graph);

        await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "with_issues_ad_objects", count = 1 });
        await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "with_issues_ad_objects", bad_signature = true });

        var posts = callback.Posts.ToList();
        Assert.Equal($"sha256={Hex(HMACSHA256.HashData(Key, posts[0].Body))}", posts[0].Sha256);
        Assert.Equal($"sha1={Hex(HMACSHA1.HashData(Key, posts[0].Body))}", posts[0].Sha1);
        Assert.NotEqual($"sha256={Hex(HMACSHA256.HashData(Key, posts[1].Body))}", posts[1].Sha256);
        Assert.All(posts[0].Body, octet => Assert.InRange(octet, 0, 127));
        Assert.Contains("\\u", Encoding.ASCII.GetString(posts[0].Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_come_in_batches_twice_and_out_of_order()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await SubscribedAsync(graph);

        await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "effective_status", count = 5, duplicates = 2, reorder = true, per_post = 4, per_entry = 2 });

        var posts = callback.Posts.Select(post => JsonDocument.Parse(post.Body).RootElement).ToList();
        Assert.Equal([2, 2], posts.Select(post => post.GetProperty("entry").GetArrayLength()));
        var changes = posts.SelectMany(post => post.GetProperty("entry").EnumerateArray()).SelectMany(entry => entry.GetProperty("changes").EnumerateArray()).ToList();
        Assert.Equal(7, changes.Count);
        Assert.All(changes, change => Assert.Equal("field_changed", change.Text("field")));
        var objects = changes.Select(change => change.GetProperty("value").Text("object_id")).ToList();
        Assert.Equal(2, objects.GroupBy(id => id).Count(group => group.Count() == 2));
        Assert.Equal(objects[..2], Enumerable.Reverse(objects[^2..]).Reverse());
        Assert.All(changes, change => Assert.False(change.GetProperty("value").TryGetProperty("effective_status", out _)));
    }

    [Fact]
    public async Task A_webhook_is_sent_again_until_it_is_answered_with_200()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await SubscribedAsync(graph);
        callback.FailuresToCome = 2;

        var sent = await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "effective_status", attempts = 5 });

        var delivery = sent.GetProperty("deliveries")[0];
        Assert.Equal((200, 3), (delivery.GetProperty("status").GetInt32(), delivery.GetProperty("attempts").GetInt32()));
        Assert.Single(callback.Posts.Select(post => Encoding.UTF8.GetString(post.Body)).Distinct());
    }

    [Fact]
    public async Task A_test_event_is_of_the_object_0_and_ids_of_subscriptions_are_numbers()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await SubscribedAsync(graph);

        await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "effective_status", test_entry = true });
        await graph.OrderAsync("webhooks", new { account = graph.FirstAccount, field = "subscriptions" });

        var posts = callback.Posts.Select(post => JsonDocument.Parse(post.Body).RootElement.GetProperty("entry")[0]).ToList();
        Assert.Equal("0", posts[0].Text("id"));
        Assert.Equal(JsonValueKind.Number, posts[1].GetProperty("changes")[0].GetProperty("value").GetProperty("object_id").ValueKind);
    }

    [Fact]
    public async Task Nothing_is_sent_for_an_account_or_a_field_that_is_not_subscribed()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await SubscribedAsync(graph);

        foreach (var order in new object[] { new { account = graph.Server.AccountIds[1], field = "effective_status" }, new { account = graph.FirstAccount, field = "creative_fatigue" } })
        {
            using var content = new StringContent(JsonSerializer.Serialize(order));
            Assert.Equal(400, (int)(await graph.Client.PostAsync(new Uri("_sim/webhooks", UriKind.Relative), content)).StatusCode);
        }

        await graph.DeleteAsync($"{graph.FirstAccount}/subscribed_apps");
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/subscribed_apps"));
        Assert.Empty(callback.Posts);
    }

    [Fact]
    public async Task A_user_who_leaves_is_told_by_a_signed_request()
    {
        await using var graph = await GraphCaller.StartAsync();
        await using var callback = await CallbackServer.StartAsync();
        callback.Answer = """{"url":"https://app.example/deletion/1","confirmation_code":"1"}""";

        var deletion = await graph.OrderAsync("data-deletion", new { url = callback.Url, user_id = "42" });
        Assert.True((await graph.SendAsync("me")).IsSuccessStatusCode);
        await graph.OrderAsync("deauthorize", new { url = callback.Url });

        Assert.Equal("1", deletion.GetProperty("answer").Text("confirmation_code"));
        Assert.Equal((400, 190, 458), await (await graph.SendAsync("me")).ErrorAsync());
        var form = Encoding.UTF8.GetString(callback.Posts.First().Body);
        var parts = Uri.UnescapeDataString(form["signed_request=".Length..]).Split('.');
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(parts[1]))), parts[0]);
        using var payload = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(("42", "HMAC-SHA256"), (payload.RootElement.Text("user_id"), payload.RootElement.Text("algorithm")));
    }

    private static byte[] Key => Encoding.UTF8.GetBytes(SimulatorTokens.AppSecret);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static async Task<CallbackServer> SubscribedAsync(GraphCaller graph)
    {
        var callback = await CallbackServer.StartAsync();
        (await SubscribeAsync(graph, callback.Url, CallbackServer.VerifyToken)).EnsureSuccessStatusCode();
        (await graph.PostAsync($"{graph.FirstAccount}/subscribed_apps")).EnsureSuccessStatusCode();
        return callback;
    }

    private static async Task<HttpResponseMessage> SubscribeAsync(GraphCaller graph, string callback, string verify)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["object"] = "ad_account", ["callback_url"] = callback, ["verify_token"] = verify, ["fields"] = "effective_status,with_issues_ad_objects,subscriptions",
        });
        return await graph.Client.PostAsync(new Uri($"v26.0/{SimulatorTokens.AppId}/subscriptions?access_token={App}", UriKind.Relative), form);
    }
}
