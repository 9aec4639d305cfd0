using System.Text.Json;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;
using MetaGrains.Grains.Interfaces.Accounts;
using MetaGrains.Warehouse.Shapes;

namespace MetaGrains.Grains.Accounts;

/// <summary>From what the machine says of an account to what callers are told.</summary>
internal static class AccountOutlooks
{
    public static AccountOutlook Of(AccountState state, IEnumerable<ShapedReport> shaped, DateTimeOffset now)
    {
        var (outlook, health, settings) = (SyncOutlook.Of(state, now), state.Health, state.Settings);
        var (choice, ask) = (outlook.Choice, outlook.Ask);
        var cron = settings.RecurrenceOf(SyncJob.Tier) is Recurrence.Cron { Expression: var expression } ? expression.ToString() : null;
        return new AccountOutlook
        {
            Owner = health.Owner.WireName(),
            Since = health.Since,
            NextTry = health.NextTry,
            Reason = health.Reason,
            Outcome = Word(choice.Outcome),
            Job = choice.Job?.WireName(),
            RequestedRun = choice.RequestedRun,
            DueAt = choice.DueAt,
            Priority = choice.Priority?.WireName(),
            EffectivePriority = choice.Effective?.WireName(),
            WindowSince = choice.Window?.Since,
            WindowUntil = choice.Window?.Until,
            Obstacle = choice.Obstacle,
            Interval = cron is null ? settings.TierInterval : null,
            Cron = cron,
            Offset = outlook.Offset,
            WakeAt = state.WakeAt,
            PermitsSince = ask?.Since,
            PermitsWanted = ask?.Request.Wanted ?? 0,
            PermitsReason = ask?.Wait is { } wait ? Word(wait.Reason) : null,
            PermitsScope = ask?.Wait?.Scope?.ToString(),
            PermitsUntil = ask is null ? null : ask.Wait?.Until ?? ask.AskedAt + SyncMachine.AskTimeout,
            HighOnlyUntil = state.HighOnlyUntil,
            Incident = outlook.Incident?.Id,
            Jobs = [.. outlook.Jobs.Select(Of)],
            Reports = [.. state.Refused.Select(Of), .. shaped.Select(Of)],
            Entity = choice.Entity?.Id,
            EntityLevel = choice.Entity?.Level.WireName(),
        };
    }

    /// <summary>The name of an enumeration's value on the wire.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static AccountJob Of(JobOutlook job) => new()
    {
        Job = job.State.Job.WireName(),
        DueAt = job.State.NextDue,
        WindowSince = job.Window?.Since,
        WindowUntil = job.Window?.Until,
        Reports = [.. job.Reports],
        Cursor = job.State.Cursor,
        LastStartedAt = job.State.LastStarted,
        LastSucceededAt = job.State.LastSucceeded,
        LastCalls = job.State.LastCalls,
        Errors = job.State.Errors,
        RetryAt = job.State.RetryAt,
        Obstacle = job.Obstacle,
    };

    private static AccountReport Of(ReportRefusal refusal) => new() { Report = refusal.Report, LeftOutUntil = refusal.Until, Reason = refusal.Reason };

    private static AccountReport Of(ShapedReport shaped) => new() { Report = shaped.Report, Shape = shaped.Words, Since = shaped.Since };
}
