using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>accounts</c>, <c>explain</c>, <c>pause</c>, <c>resume</c>: ad accounts and whether they sync.</summary>
internal static class AccountVerbs
{
    public static IEnumerable<Command> Create(Checkout checkout)
    {
        yield return ApiVerb.Create(
            checkout, "accounts", "List ad accounts, how they are and when they are due.", "accounts --tenant acme --health failing", ApiScope.Tenant,
            [
                Verb.Text("--tier", "Only those of this tier.", "TIER"),
                Verb.Text("--health", "Only those in this state: active, throttled, failing, waiting_for_budget, parked, meta_incident, breakdown_not_enabled, token_dead, checkpointed, permission_lost, account_disabled, currency_mismatch, not_connected, paused.", "STATE"),
                Verb.Flag("--enabled", "Only those that are enabled."),
                Verb.Number("--limit", "At most so many.", 100, 1, 1_000_000),
            ],
            ListAsync);
        yield return ApiVerb.Create(
            checkout, "explain", "Say why an ad account does what it does, as its grain sees it.", "explain --tenant acme --account act_123", ApiScope.Account, [], ExplainVerb.RunAsync);
        yield return Switch(checkout, "pause", "Stop syncing an ad account, or a whole tenant. Data and settings stay.", enabled: false);
        yield return Switch(checkout, "resume", "Sync an ad account, or a whole tenant, again. What was missed is caught up with.", enabled: true);
    }

    private static async Task<int> ListAsync(ApiSession session)
    {
        var tenant = await session.TenantAsync();
        List<string> query = [];
        if (session.Value<string>("--tier") is { } tier)
            query.Add($"tier={Uri.EscapeDataString(tier)}");
        if (session.Value<string>("--health") is { } health)
            query.Add($"health={Uri.EscapeDataString(health)}");
        if (session.Value<bool>("--enabled"))
            query.Add("enabled=true");
        var path = Routes.Accounts(tenant) + (query.Count == 0 ? "" : $"?{string.Join('&', query)}");
        var accounts = await session.Api.ListAsync<Account>(path, session.Cancellation, session.Value<int>("--limit"));
        session.Terminal.Table(
            ["account", "name", "currency", "enabled", "tier", "health", "next due", "why"],
            accounts.Select(account => new[]
            {
                account.Id, account.Name, account.Currency, Cell(account.Enabled), account.Tier, account.Health.State,
                Cell(account.NextDueAt), Cell(account.Health.State == "active" ? null : account.Health.Reason ?? account.LastError),
            }));
        session.Terminal.Line($"{accounts.Count} ad accounts of {tenant}.");
        session.Terminal.Result(new { Data = accounts });
        return ExitCode.Ok;
    }

    private static Command Switch(Checkout checkout, string name, string description, bool enabled) =>
        ApiVerb.Create(
            checkout, name, description, $"{name} --tenant acme --account act_123", ApiScope.TenantOrAccount,
            [Verb.Flag("--all", "The whole tenant instead of one ad account.")],
            async session =>
            {
                var all = session.Value<bool>("--all");
                if (all == (session.Account is not null))
                    throw CliException.BadInput($"Say what to {name}: --account act_123, or --all for the whole tenant.");
                var tenant = await session.TenantAsync();
                var word = enabled ? "syncs again" : "is paused";
                if (all)
                {
                    var changed = await session.Api.SendAsync<Tenant>(HttpMethod.Put, Routes.TenantSync(tenant), new { Enabled = enabled }, session.Cancellation);
                    session.Terminal.Line($"Tenant {changed.Slug} {word}.");
                    session.Terminal.Result(changed);
                }
                else
                {
                    var changed = await session.Api.SendAsync<AccountState>(HttpMethod.Put, Routes.Sync(tenant, session.Account!), new { Enabled = enabled }, session.Cancellation);
                    session.Terminal.Line($"{changed.Id} of {tenant} {word}{(enabled && changed.Health.State is not ("active" or "paused") ? $", but is {changed.Health.State}: {changed.Health.Reason}" : "")}.");
                    session.Terminal.Result(changed);
                }

                return ExitCode.Ok;
            });
}
