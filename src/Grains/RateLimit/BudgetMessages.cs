using System.Text.Json;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.Interfaces.RateLimit;
using BudgetReply = MetaGrains.Grains.Interfaces.RateLimit.BudgetReply;

namespace MetaGrains.Grains.RateLimit;

/// <summary>Between what crosses a call and what Core decides on.</summary>
internal static class BudgetMessages
{
    public static BudgetRequest ToRequest(this BudgetAsk ask) => new()
    {
        Requester = ask.Requester,
        RequestId = ask.RequestId,
        Priority = Priorities.All.Cast<Priority?>().FirstOrDefault(priority => priority!.Value.WireName() == ask.Priority)
            ?? throw new ArgumentException($"There is no priority '{ask.Priority}'.", nameof(ask)),
        Wanted = ask.Wanted,
        DueAt = ask.DueAt,
        Weight = ask.PerHour is > 0 and var weight ? weight : 1,
        PerHour = ask.PerHour,
        Interval = ask.Interval,
        Scopes = [.. ask.Scopes.Select(ToScope)],
    };

    public static BudgetReply ToReply(this BudgetAnswer answer) => answer switch
    {
        BudgetAnswer.Granted granted => new BudgetReply
        {
            Grant = granted.Grant.Id, Permits = granted.Grant.Permits, Until = granted.Grant.Until, HighOnlyUntil = granted.HighOnlyUntil,
        },
        BudgetAnswer.Wait wait => new BudgetReply
        {
            Until = wait.Until,
            Ticket = wait.Ticket,
            Reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(wait.Reason.ToString()),
            Scope = wait.Scope?.ToString(),
            HighOnlyUntil = wait.HighOnlyUntil,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "Unknown answer."),
    };

    public static ScopeUsage ToUsage(this UsageNotice notice) =>
        new(ToScope(notice.Scope), notice.Percent, notice.RegainAfter, AccessTiers.Parse(notice.Access), notice.At);

    public static WaitReason ToReason(string? text) =>
        Enum.GetValues<WaitReason>().Cast<WaitReason?>()
            .FirstOrDefault(reason => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason!.Value.ToString()) == text) ?? WaitReason.Queue;

    public static LimitScope ToScope(string text) =>
        LimitScope.TryParse(text, out var scope) ? scope : throw new ArgumentException($"'{text}' is no scope of a limit.", nameof(text));

    public static QueuePlace ToPlace(this BudgetStanding standing) =>
        new() { Ahead = standing.Ahead, Waiting = standing.Waiting, Scope = standing.Scope.ToString() };

    public static BudgetStatus ToStatus(this BudgetState state, DateTimeOffset now) => new()
    {
        Mode = state.Rules.Mode == BudgetMode.Fixed ? "fixed" : "meta",
        Cap = state.Rules.Mode == BudgetMode.Fixed ? state.Rules.Cap : 0,
        Waiting = state.Waiters.Count,
        HighOnlyUntil = state.HighOnlyUntil > now ? state.HighOnlyUntil : null,
        Scopes = [.. state.Ledgers.Values.OrderBy(ledger => ledger.Scope.ToString(), StringComparer.Ordinal).Select(ledger => new ScopeStatus
        {
            Scope = ledger.Scope.ToString(),
            Charged = ledger.Charged(now),
            Percent = TenantBudget.PercentUsed(state, ledger, now),
            BlockedUntil = ledger.BlockedUntil > now ? ledger.BlockedUntil : null,
            NearLimit = ledger.Warned,
            DemandPerHour = ledger.DemandPerHour,
            AllowancePerHour = TenantBudget.AllowancePerHour(state, ledger, now) is var allowance && double.IsFinite(allowance) ? allowance : null,
        })],
    };
}
