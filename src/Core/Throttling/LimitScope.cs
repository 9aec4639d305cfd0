using System.Globalization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Throttling;

/// <summary>What a limit of Meta's counts (rate limits page; graph contract section 6).</summary>
public enum LimitKind
{
    /// <summary>Every call of one token (user).</summary>
    User,

    /// <summary>Every call of the app.</summary>
    App,

    /// <summary>Calls of one use case to one ad account, in an hour.</summary>
    BusinessUseCase,

    /// <summary>Every call to one ad account: a score that decays within 300 s.</summary>
    AccountScore,

    /// <summary>Every insights call of the app.</summary>
    Insights,

    /// <summary>Asynchronous reports of one ad account that are under way.</summary>
    AsyncRuns,

    /// <summary>Questions for reach of more than 13 months ago, of one ad account.</summary>
    Reach,

    /// <summary>What one tenant has of its app's limits: counted by us, unknown to Meta.</summary>
    Share,
}

/// <summary>
/// One thing that a call can count against, and that a throttle blocks. Text: <c>user/{connection}</c>, <c>app/{id}</c>,
/// <c>buc/{account}/{use case}</c>, <c>score/{account}</c>, <c>insights/{app}</c>, <c>async/{account}</c>, <c>reach/{account}</c>,
/// <c>share/{tenant}</c>.
/// </summary>
/// <param name="Kind">What is counted.</param>
/// <param name="Owner">Whose: a connection, an app or an account.</param>
/// <param name="UseCase">The use case, such as <c>ads_insights</c>; empty for every other kind.</param>
public readonly record struct LimitScope(LimitKind Kind, string Owner, string UseCase = "")
{
    /// <summary>The use case of insights calls.</summary>
    public const string AdsInsights = "ads_insights";

    /// <summary>The use case of campaign, ad set, ad and account calls.</summary>
    public const string AdsManagement = "ads_management";

    /// <summary>Every call of a connection's token.</summary>
    public static LimitScope User(ConnectionKey connection) => new(LimitKind.User, connection.Connection.ToString("D"));

    /// <summary>Every call of an app.</summary>
    public static LimitScope App(AppKey app) => new(LimitKind.App, app.App.ToString(CultureInfo.InvariantCulture));

    /// <summary>Every insights call of an app.</summary>
    public static LimitScope Insights(AppKey app) => new(LimitKind.Insights, app.App.ToString(CultureInfo.InvariantCulture));

    /// <summary>Calls of one use case to an account.</summary>
    public static LimitScope UseCaseOf(AdAccountId account, string useCase) => new(LimitKind.BusinessUseCase, account.ToString(), useCase);

    /// <summary>Every call to an account.</summary>
    public static LimitScope Score(AdAccountId account) => new(LimitKind.AccountScore, account.ToString());

    /// <summary>Asynchronous reports of an account that are under way.</summary>
    public static LimitScope AsyncRuns(AdAccountId account) => new(LimitKind.AsyncRuns, account.ToString());

    /// <summary>Questions for old reach of an account.</summary>
    public static LimitScope Reach(AdAccountId account) => new(LimitKind.Reach, account.ToString());

    /// <summary>A tenant's calls out of its app's limits.</summary>
    public static LimitScope Share(TenantKey tenant) => new(LimitKind.Share, tenant.Tenant.ToString());

    /// <summary>Whether a job's calls count against this scope, given that it is one of the account's own.</summary>
    public bool Concerns(SyncJob job) => Kind switch
    {
        LimitKind.Insights or LimitKind.AsyncRuns or LimitKind.Reach => job.ReadsInsights(),
        LimitKind.BusinessUseCase => UseCase.Length == 0 || UseCase == (job.ReadsInsights() ? AdsInsights : AdsManagement),
        _ => true,
    };

    /// <summary>Reads the text that <see cref="ToString"/> makes.</summary>
    public static bool TryParse(string? text, out LimitScope scope)
    {
        scope = default;
        var parts = text?.Split('/') ?? [];
        LimitKind? kind = parts switch
        {
            ["user", _] => LimitKind.User,
            ["app", _] => LimitKind.App,
            ["buc", _, _] => LimitKind.BusinessUseCase,
            ["score", _] => LimitKind.AccountScore,
            ["insights", _] => LimitKind.Insights,
            ["async", _] => LimitKind.AsyncRuns,
            ["reach", _] => LimitKind.Reach,
            ["share", _] => LimitKind.Share,
            _ => null,
        };
        if (kind is not { } known || parts[1].Length == 0)
            return false;
        scope = new LimitScope(known, parts[1], parts.Length > 2 ? parts[2] : "");
        return true;
    }

    /// <summary>The scope as text, for storage and for people.</summary>
    public override string ToString() => Kind switch
    {
        LimitKind.User => $"user/{Owner}",
        LimitKind.App => $"app/{Owner}",
        LimitKind.BusinessUseCase => $"buc/{Owner}/{UseCase}",
        LimitKind.AccountScore => $"score/{Owner}",
        LimitKind.Insights => $"insights/{Owner}",
        LimitKind.AsyncRuns => $"async/{Owner}",
        LimitKind.Reach => $"reach/{Owner}",
        LimitKind.Share => $"share/{Owner}",
        _ => throw new InvalidOperationException($"Unknown kind of limit: {Kind}."),
    };
}
