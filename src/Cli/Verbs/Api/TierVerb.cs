using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using static MetaGrains.Cli.Output.TableView;
using CronExpression = MetaGrains.Core.Schedule.CronExpression;

namespace MetaGrains.Cli.Verbs.Api;

/// <summary><c>./metagrains tier</c>: lists the tiers, changes one, or moves ad accounts to one.</summary>
internal static class TierVerb
{
    public static Command Create(Checkout checkout)
    {
        var verb = ApiVerb.Create(
            checkout, "tier", "List the tiers, change one, or move ad accounts to one, or to auto.", "tier high --tenant acme --account act_123", ApiScope.TenantOrAccount,
            [
                Verb.OptionalNumber("--interval-minutes", "How often the accounts of the tier are synced.", 1, 43_200),
                Verb.OptionalNumber("--date-range-days", "How many days back, today included.", 1, 366),
                Verb.Text("--cron", "A cron expression, in UTC, in place of the interval.", "'*/20 6-22 * * MON-FRI'"),
                Verb.Flag("--no-cron", "The interval in place of the cron expression."),
                Verb.Flag("--all", "Move all ad accounts of the tenant, in one statement."),
                Verb.Text("--from", "With --all: only those that are in this tier.", "TIER"),
            ],
            RunAsync);
        verb.Add(new Argument<string?>("name") { Description = "The tier; left out, all are listed.", Arity = ArgumentArity.ZeroOrOne });
        return verb;
    }

    private static Task<int> RunAsync(ApiSession session)
    {
        var name = session.Value<string>("name");
        var change = Change(session);
        var changes = change.Count > 0;
        if (session.Value<bool>("--all"))
        {
            return name is null || changes || session.Account is not null
                ? throw CliException.BadInput("To move all ad accounts of a tenant, name the tier and the tenant: ./metagrains tier low --tenant acme --all.")
                : MoveAllAsync(session, name);
        }

        if (session.Account is { } account)
        {
            return name is null || changes
                ? throw CliException.BadInput("To move an ad account, name the tier and nothing else: ./metagrains tier high --account act_123.")
                : MoveAsync(session, account, name);
        }

        if (name is null && changes)
            throw CliException.BadInput("Which tier? ./metagrains tier high --interval-minutes 30.");
        return changes ? ChangeAsync(session, name!, change) : ListAsync(session, name);
    }

    // A cron of null is sent as such: it takes the expression away.
    private static Dictionary<string, object?> Change(ApiSession session)
    {
        var change = new Dictionary<string, object?>();
        if (session.Value<int?>("--interval-minutes") is { } interval)
            change["interval_minutes"] = interval;
        if (session.Value<int?>("--date-range-days") is { } days)
            change["date_range_days"] = days;
        var (cron, none) = (session.Value<string>("--cron"), session.Value<bool>("--no-cron"));
        if (cron is not null && none)
            throw CliException.BadInput("--cron and --no-cron exclude each other.");
        if (cron is not null && !CronExpression.TryParse(cron, out _, out var refusal))
            throw CliException.BadInput($"--cron: {refusal}");
        if (cron is not null || none)
            change["cron"] = cron;
        return change;
    }

    private static async Task<int> MoveAsync(ApiSession session, string account, string tier)
    {
        var tenant = await session.TenantAsync();
        var state = await session.Api.SendAsync<AccountState>(HttpMethod.Put, Routes.Sync(tenant, account), new { Tier = tier }, session.Cancellation);
        session.Terminal.Line($"{state.Id} of {tenant} is in tier {state.Tier}{(state.AutoTier ? " and moves by itself" : "")}; next due {Cell(state.NextDueAt)}.");
        session.Terminal.Result(state);
        return ExitCode.Ok;
    }

    private static async Task<int> MoveAllAsync(ApiSession session, string tier)
    {
        var moved = await session.Api.SendAsync<AccountsChanged>(
            HttpMethod.Put, Routes.SyncOfAll(await session.TenantAsync()), new { Tier = tier, OfTier = session.Value<string>("--from") }, session.Cancellation);
        session.Terminal.Line(moved.Message);
        session.Terminal.Result(moved);
        return ExitCode.Ok;
    }

    private static async Task<int> ChangeAsync(ApiSession session, string tier, Dictionary<string, object?> change)
    {
        var changed = await session.Api.SendAsync<Tier>(HttpMethod.Put, Routes.Tier(tier), change, session.Cancellation);
        Print(session.Terminal, [changed]);
        session.Terminal.Result(changed);
        return ExitCode.Ok;
    }

    private static async Task<int> ListAsync(ApiSession session, string? name)
    {
        var tiers = await session.Api.ListAsync<Tier>(Routes.Tiers, session.Cancellation);
        if (name is not null)
            tiers = tiers.Find(tier => tier.Name == name) is { } one ? [one] : throw CliException.BadInput($"There is no tier {name}: there are {string.Join(", ", tiers.Select(tier => tier.Name))}.");
        Print(session.Terminal, tiers);
        session.Terminal.Result(new { Data = tiers });
        return ExitCode.Ok;
    }

    private static void Print(Terminal terminal, IEnumerable<Tier> tiers) =>
        terminal.Table(
            ["tier", ">every minutes", ">days", "cron", "for"],
            tiers.Select(tier => new[] { tier.Name, Cell(tier.IntervalMinutes), Cell(tier.DateRangeDays), Cell(tier.Cron), Cell(tier.Description) }));
}
