using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>accounts</c> and <c>explain</c>: ad accounts, and why they do what they do.</summary>
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
                account.Id, account.Name, account.Currency, Cell(account.Enabled), account.AutoTier ? $"{account.Tier} (auto)" : account.Tier, account.Health.State,
                Cell(account.NextDueAt), Cell(account.Health.State == "active" ? null : account.Health.Reason ?? account.LastError),
            }));
        session.Terminal.Line($"{accounts.Count} ad accounts of {tenant}.");
        session.Terminal.Result(new { Data = accounts });
        return ExitCode.Ok;
    }

}
