using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Throttling;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Grains.Accounts;

/// <summary>Whose limits the calls of a run count against.</summary>
/// <param name="Account">The account.</param>
/// <param name="Connection">The connection whose token is used.</param>
/// <param name="App">The app; null when it is not known.</param>
internal readonly record struct LimitOwners(AdAccountId Account, ConnectionKey Connection, AppKey? App);

/// <summary>From what the Graph client says of a failure to what the account's machine decides on.</summary>
internal static class RunFailures
{
    // 190/459: the person behind the token has to log in to Facebook first.
    private const int CheckpointSubcode = 459;

    // 2/1504041: breakdowns that Meta does not give together, or not to this account.
    private const int BreakdownSubcode = 1504041;

    /// <summary>A failure that no answer of Meta's caused.</summary>
    public static RunFailure OfOurs(string message, double jitter) =>
        new() { Kind = FailureKind.Transient, Message = message, Jitter = jitter };

    /// <summary>The failure of a run.</summary>
    public static RunFailure Of(RunReport report, LimitOwners owners, double jitter)
    {
        if (report.Refusal is not GraphException refusal)
            return OfOurs(report.ErrorMessage ?? "The run failed.", jitter);
        return new RunFailure
        {
            Kind = KindOf(refusal),
            Message = report.ErrorMessage ?? refusal.Message,
            Throttle = refusal.Kind == GraphErrorKind.Throttled
                ? new ThrottleFacts(refusal.Code, refusal.Subcode, refusal.RetryAfter, AccessTiers.Parse(refusal.Usage.AccessTier))
                : null,
            Scope = ScopeOf(refusal, owners),
            IsBreakdown = IsBreakdown(refusal),
            MayBeIncident = KindOf(refusal) == FailureKind.Transient || refusal is { Kind: GraphErrorKind.Permanent, IsListed: false },
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

    // Of the codes that name no breakdown, the message does: 100 says which parameter it means, 3 what the app may not ask.
    private static bool IsBreakdown(GraphException refusal) =>
        refusal.Kind == GraphErrorKind.Permanent
        && (refusal.Subcode == BreakdownSubcode || refusal.ErrorMessage?.Contains("breakdown", StringComparison.OrdinalIgnoreCase) == true);

    // Null rests the whole account: an app that is not known has no scope that others could be told of. Meta's codes do
    // not tell which use case is blocked, its header does; what is read here are insights.
    private static LimitScope? ScopeOf(GraphException refusal, LimitOwners owners) => refusal.Scope switch
    {
        ThrottleScope.User => LimitScope.User(owners.Connection),
        ThrottleScope.AccountScore => LimitScope.Score(owners.Account),
        ThrottleScope.BusinessUseCase => LimitScope.UseCaseOf(owners.Account, refusal.UseCase ?? LimitScope.AdsInsights),
        ThrottleScope.App when owners.App is { } app => LimitScope.App(app),
        ThrottleScope.InsightsPlatform when owners.App is { } app => LimitScope.Insights(app),
        _ => null,
    };
}
