using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>pause</c> and <c>resume</c>: an ad account, a whole tenant, or everything.</summary>
internal static class SwitchVerbs
{
    private const string YesName = "--yes";

    public static IEnumerable<Command> Create(Checkout checkout)
    {
        yield return Switch(checkout, "pause", "Stop syncing an ad account, a whole tenant, or everything. Data and settings stay.", enabled: false);
        yield return Switch(checkout, "resume", "Sync an ad account, a whole tenant, or everything again. What was missed is caught up with by one run each.", enabled: true);
    }

    private static Command Switch(Checkout checkout, string name, string description, bool enabled) =>
        ApiVerb.Create(
            checkout, name, description, $"{name} --tenant acme --account act_123", ApiScope.TenantOrAccount,
            [
                Verb.Flag("--all", "With --tenant the whole tenant, without it everything."),
                Verb.Text("--reason", "Why everything is paused or resumed, for people.", "TEXT"),
                .. enabled ? [] : new Option[] { Verb.Flag(YesName, "Pause everything; without this the verb only asks for it.") },
            ],
            session => (session.Value<bool>("--all"), session.Account, session.Value<string>(ApiVerb.TenantName)) switch
            {
                (true, null, null) when !enabled && !session.Value<bool>(YesName) => throw CliException.BadInput(
                    $"This pauses every ad account of every tenant: add {YesName}, or name the tenant whose ad accounts are meant: --tenant acme --all."),
                (true, null, null) => EverythingAsync(session, enabled),
                (true, null, { } tenant) => TenantAsync(session, tenant, enabled),
                (false, { } account, _) => AccountAsync(session, account, enabled),
                _ => throw CliException.BadInput($"Say what to {name}: --account act_123, --tenant acme --all for a whole tenant, or --all for everything."),
            });

    private static async Task<int> EverythingAsync(ApiSession session, bool enabled)
    {
        var state = await session.Api.SendAsync<SchedulerSwitch>(
            HttpMethod.Put, Routes.Scheduler, new { Enabled = enabled, Reason = session.Value<string>("--reason") }, session.Cancellation);
        session.Terminal.Line(state.Enabled ? "Everything syncs again, as far as it is enabled." : "Everything is paused.");
        session.Terminal.Result(state);
        return ExitCode.Ok;
    }

    private static async Task<int> TenantAsync(ApiSession session, string tenant, bool enabled)
    {
        var changed = await session.Api.SendAsync<Tenant>(HttpMethod.Put, Routes.TenantSync(tenant), new { Enabled = enabled }, session.Cancellation);
        session.Terminal.Line($"Tenant {changed.Slug} {Word(enabled)}.");
        session.Terminal.Result(changed);
        return ExitCode.Ok;
    }

    private static async Task<int> AccountAsync(ApiSession session, string account, bool enabled)
    {
        var tenant = await session.TenantAsync();
        var changed = await session.Api.SendAsync<AccountState>(HttpMethod.Put, Routes.Sync(tenant, account), new { Enabled = enabled }, session.Cancellation);
        session.Terminal.Line($"{changed.Id} of {tenant} {Word(enabled)}{(enabled && changed.Health.State is not ("active" or "paused") ? $", but is {changed.Health.State}: {changed.Health.Reason}" : "")}.");
        session.Terminal.Result(changed);
        return ExitCode.Ok;
    }

    private static string Word(bool enabled) => enabled ? "syncs again" : "is paused";
}
