using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Throttling;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Grains.Accounts;

/// <summary>From what the Graph client says of a failure to what the account's machine decides on.</summary>
internal static class RunFailures
{
    // 190/459: the person behind the token has to log in to Facebook first.
    private const int CheckpointSubcode = 459;

    /// <summary>A failure that no answer of Meta's caused.</summary>
    public static RunFailure OfOurs(string message, double jitter) =>
        new() { Kind = FailureKind.Transient, Message = message, Jitter = jitter };

    /// <summary>The failure of a run.</summary>
    public static RunFailure Of(RunReport report, AdAccountId account, ConnectionKey connection, AppKey? app, double jitter)
    {
        if (report.Refusal is not GraphException refusal)
            return OfOurs(report.ErrorMessage ?? "The run failed.", jitter);
        return new RunFailure
        {
            Kind = KindOf(refusal),
            Message = refusal.Message,
            Throttle = refusal.Kind == GraphErrorKind.Throttled
                ? new ThrottleFacts(refusal.Code, refusal.Subcode, refusal.RetryAfter, AccessTiers.Parse(refusal.Usage.AccessTier))
                : null,
            Scope = ScopeOf(refusal.Scope, account, connection, app),
            Code = refusal.Code,
            Subcode = refusal.Subcode,
            TraceId = refusal.TraceId,
            Jitter = jitter,
        };
    }

    private static FailureKind KindOf(GraphException refusal) => refusal.Kind switch
    {
        GraphErrorKind.Transient or GraphErrorKind.InvalidAnswer or GraphErrorKind.Network => FailureKind.Transient,
        GraphErrorKind.Throttled => FailureKind.Throttled,
        GraphErrorKind.Reauthorise when refusal.Subcode == CheckpointSubcode => FailureKind.Checkpointed,
        GraphErrorKind.Reauthorise => FailureKind.TokenDead,
        GraphErrorKind.Permission => FailureKind.PermissionLost,
        GraphErrorKind.TooMuchData or GraphErrorKind.Permanent or GraphErrorKind.Gone => FailureKind.Refused,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal.Kind, "Unknown kind of error."),
    };

    // Null rests the whole account: so do limits of the app while nobody has said which app it is.
    private static LimitScope? ScopeOf(ThrottleScope scope, AdAccountId account, ConnectionKey connection, AppKey? app) => scope switch
    {
        ThrottleScope.App when app is { } known => LimitScope.App(known),
        ThrottleScope.InsightsPlatform when app is { } known => LimitScope.Insights(known),
        ThrottleScope.User => LimitScope.User(connection),
        ThrottleScope.AccountScore => LimitScope.Score(account),
        ThrottleScope.BusinessUseCase => LimitScope.UseCaseOf(account, LimitScope.AdsInsights),
        _ => null,
    };
}
