using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains status</c>: a tenant's accounts in numbers, or one account in full.</summary>
internal static class StatusVerb
{
    public static Command Create(Checkout checkout) =>
        ApiVerb.Create(
            checkout, "status", "Say how a tenant's ad accounts are, in numbers, or how one of them is.", "status --tenant acme --account act_123",
            ApiScope.TenantOrAccount, [], session => session.Account is { } account ? OfAccountAsync(session, account) : OfTenantAsync(session));

    private static async Task<int> OfTenantAsync(ApiSession session)
    {
        var tenant = await session.Api.GetAsync<Tenant>(Routes.Tenant(await session.TenantAsync()), session.Cancellation);
        var accounts = await session.Api.ListAsync<Account>(Routes.Accounts(tenant.Slug), session.Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var groups = accounts.GroupBy(account => (account.Health.State, account.Tier))
            .OrderByDescending(group => group.Count())
            .Select(group => new
            {
                Health = group.Key.State,
                group.Key.Tier,
                Accounts = group.Count(),
                Enabled = group.Count(account => account.Enabled),
                Overdue = group.Count(account => account.Enabled && account.NextDueAt < now),
                NextDueAt = group.Where(account => account.Enabled).Min(account => account.NextDueAt),
            })
            .ToArray();
        session.Terminal.Table(
            ["health", "tier", ">accounts", ">enabled", ">overdue", "next due"],
            groups.Select(group => new[] { group.Health, group.Tier, Cell(group.Accounts), Cell(group.Enabled), Cell(group.Overdue), Cell(group.NextDueAt) }));
        session.Terminal.Line($"Tenant {tenant.Slug}: {accounts.Count} ad accounts, {accounts.Count(account => account.Enabled)} enabled{(tenant.SyncEnabled ? "" : "; the whole tenant is paused (./metagrains resume --all)")}.");
        session.Terminal.Result(new { Tenant = tenant, Accounts = accounts.Count, Groups = groups });
        return ExitCode.Ok;
    }

    private static async Task<int> OfAccountAsync(ApiSession session, string account)
    {
        var tenant = await session.TenantAsync();
        var state = await session.Api.GetAsync<AccountState>(Routes.Sync(tenant, account), session.Cancellation);
        List<string[]> rows =
        [
            ["account", $"{state.Id} {state.Name} ({state.Currency}, {state.Timezone})"],
            ["enabled", $"{Cell(state.Enabled)}, tier {state.Tier}"],
            ["health", $"{state.Health.State}{(state.Health.Reason is { Length: > 0 } reason ? $": {reason}" : "")}"],
            ["next due", Cell(state.NextDueAt)],
        ];
        if (state.Health is { State: not "active", Owner: { } owner })
            rows.Add(["whose turn", $"{owner}{(state.Health.Since is { } since ? $", since {Cell(since)}" : "")}{(state.Health.NextTry is { } next ? $"; tried again {Cell(next)}" : "")}"]);
        if (state.BackoffUntil is not null)
            rows.Add(["blocked until", Cell(state.BackoffUntil)]);
        if (state.ConsecutiveErrors > 0)
            rows.Add(["errors in a row", $"{state.ConsecutiveErrors}; next try {Cell(state.RetryAt)}; {state.LastError}"]);
        rows.Add(["now", state.Live is { } live ? Text(live) : "no silo answers; the rest is from the database"]);
        rows.Add(["last run", state.LastRun is { } run ? RunVerbs.Text(run) : "none yet"]);
        session.Terminal.Table(["", ""], rows);
        session.Terminal.Result(state);
        return ExitCode.Ok;
    }

    private static string Text(LiveState live) =>
        (live.RunningJob is { } job ? $"runs {job}{(live.RunId is { } run ? $" (run {run})" : "")}" : "sleeps") + (live.Waiting > 0 ? $", {live.Waiting} runs wait" : "");
}
