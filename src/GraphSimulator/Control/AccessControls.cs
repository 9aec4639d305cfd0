using MetaGrains.GraphSimulator.Tokens;
using MetaGrains.GraphSimulator.Webhooks;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>Controls of tokens, of what the app is told about users, and of webhooks.</summary>
internal sealed class AccessControls(IAdWorld world, TimeProvider clock, TokenBook tokens, UserCallbacks users, WebhookSender webhooks) : IControls
{
    public async Task<object?> AnswerAsync(ControlRequest request)
    {
        switch (request.Route)
        {
            case "GET /tokens":
                return new TokenList(tokens.All);
            case "POST /tokens":
                tokens.Put(Checked(await request.ReadAsync<SimulatedToken>()));
                return new TokenList(tokens.All);
            case "DELETE /tokens":
                return new Removed(tokens.Remove(request.Text("token")));
            case "POST /deauthorize":
                var leaving = await request.ReadAsync<UserOrder>();
                tokens.Revoke(leaving.UserId, null);
                return await users.PostAsync(leaving.Url, leaving.UserId);
            case "POST /data-deletion":
                var deletion = await request.ReadAsync<UserOrder>();
                return await users.PostAsync(deletion.Url, deletion.UserId);
            case "GET /webhooks":
                return new Deliveries(webhooks.Sent);
            case "POST /webhooks":
                return new Deliveries(await SendAsync(await request.ReadAsync<WebhookOrder>()));
            default:
                return null;
        }
    }

    private static SimulatedToken Checked(SimulatedToken token)
    {
        foreach (var account in token.Accounts ?? [])
            AccountIdText.Bare(account);
        return token.Token.Length > 0 ? token : throw new ArgumentException("The token is empty.");
    }

    private Task<IReadOnlyList<WebhookDelivery>> SendAsync(WebhookOrder order) =>
        world.TryFindAccount(AccountIdText.Number(order.Account), clock.GetUtcNow(), out var account)
            ? webhooks.SendAsync(order, account)
            : throw new ArgumentException($"There is no account {order.Account}.");

    private sealed record TokenList(IReadOnlyList<SimulatedToken> Tokens);

    private sealed record Removed(bool Success);

    private sealed record UserOrder(Uri Url, string UserId = SimulatorTokens.UserId);

    private sealed record Deliveries([property: System.Text.Json.Serialization.JsonPropertyName("deliveries")] IReadOnlyList<WebhookDelivery> Sent);
}
