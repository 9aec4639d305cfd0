using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains keys [create|revoke]</c>: a tenant's own keys of the API.</summary>
internal static class KeyVerbs
{
    public static Command Create(Checkout checkout)
    {
        var list = ApiVerb.Create(checkout, "keys", "List a tenant's API keys; make or revoke one.", "keys create --tenant acme --name reporting", ApiScope.Tenant, [], ListAsync);
        list.Add(ApiVerb.Create(
            checkout, "create", "Make a key that sees this tenant alone. It is shown once.", "keys create --tenant acme --name reporting", ApiScope.Tenant,
            [Verb.Text("--name", "What it is for.", "NAME", required: true)], MakeAsync));
        var revoke = ApiVerb.Create(checkout, "revoke", "Revoke a key; at once, and for good.", "keys revoke --tenant acme 0b0f1c2e-0000-0000-0000-000000000000", ApiScope.Tenant, [], RevokeAsync);
        revoke.Add(new Argument<string>("id") { Description = "The key's id, as keys lists it." });
        list.Add(revoke);
        return list;
    }

    private static async Task<int> ListAsync(ApiSession session)
    {
        var keys = await session.Api.ListAsync<TenantKey>(Routes.Keys(await session.TenantAsync()), session.Cancellation);
        session.Terminal.Table(
            ["id", "name", "begins with", "made", "revoked"],
            keys.Select(key => new[] { key.Id, key.Name, key.Hint, Cell(key.CreatedAt), Cell(key.RevokedAt) }));
        session.Terminal.Result(new { Data = keys.Select(key => new { key.Id, key.Name, key.Hint, key.CreatedAt, key.RevokedAt }) });
        return ExitCode.Ok;
    }

    private static async Task<int> MakeAsync(ApiSession session)
    {
        var key = await session.Api.SendAsync<TenantKey>(
            HttpMethod.Post, Routes.Keys(await session.TenantAsync()), new { Name = session.Value<string>("--name") }, session.Cancellation);
        session.Terminal.Line($"Key {key.Name} ({key.Id}). It is shown this once and kept nowhere:");
        session.Terminal.Line(key.Key!);
        session.Terminal.Result(key);
        return ExitCode.Ok;
    }

    private static async Task<int> RevokeAsync(ApiSession session)
    {
        var id = session.Value<string>("id")!;
        await session.Api.SendAsync(HttpMethod.Delete, Routes.Key(await session.TenantAsync(), id), session.Cancellation);
        session.Terminal.Line($"Key {id} is revoked.");
        session.Terminal.Result(new { Revoked = id });
        return ExitCode.Ok;
    }
}
