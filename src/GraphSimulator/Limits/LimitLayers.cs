using System.Collections.Concurrent;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Limits;

/// <summary>
/// Counts every call in every layer that it passes (user, platform or account and use case, account score, insights
/// platform) and refuses it at the first full one, when limits are enforced. A refused call counts like any other, so
/// calling on lengthens the wait.
/// </summary>
internal sealed class LimitLayers(SimulatedLimits limits, int accounts, int seed)
{
    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(11);

    private Counters _counters = new();

    public SimulatedLimits Limits { get; private set; } = limits;

    public void Change(SimulatedLimits limits)
    {
        limits.Validate();
        Limits = limits;
    }

    public void Reset() => _counters = new Counters();

    public LimitVerdict Count(LimitedCall call, DateTimeOffset now)
    {
        var (counters, limits) = (_counters, Limits);
        var scopes = new List<string>();
        GraphError? refusal = null;
        if (limits.UserCallsPerHour is { } most)
        {
            scopes.Add($"user:{call.UserId}");
            if (counters.Users.GetOrAdd(call.UserId, _ => new RollingHour()).Add(now) > most)
                refusal = GraphErrors.UserLimit();
        }

        if (call.UseCase == UseCase.None)
        {
            scopes.Add("app");
            var percent = counters.App.Add(now) * 100 / limits.PlatformPerHour();
            refusal ??= counters.App.Count(now) > limits.PlatformPerHour() ? GraphErrors.AppLimit() : null;
            return new LimitVerdict(new Usage((int)percent, 0, 0, 0, 0), scopes, limits.Enforced ? refusal : null);
        }

        var (usage, full) = CountAccount(counters, call, now, scopes);
        return new LimitVerdict(usage, scopes, limits.Enforced ? refusal ?? full : null);
    }

    /// <summary>Remembers a mistake of the caller's: it lowers the insights allowance of the account.</summary>
    public void CountUserError(long account) => _counters.UserErrors.AddOrUpdate(account, 1, (_, errors) => errors + 1);

    public object State(long account, int activeAds, DateTimeOffset now)
    {
        var counters = _counters;
        var score = counters.Score(account).Add(now, 0, Limits.Score(), Limits.ScoreBlock());
        return new
        {
            account = $"act_{account}",
            score_percent = Math.Round(score.Percent, 2),
            score_blocked_seconds = score.Blocked ? score.ResetSeconds : 0,
            user_errors = counters.UserErrors.GetValueOrDefault(account),
            ads_insights = UseCaseState(UseCase.AdsInsights),
            ads_management = UseCaseState(UseCase.AdsManagement),
        };

        object UseCaseState(UseCase useCase)
        {
            var allowance = Allowance(counters, account, useCase, activeAds);
            var calls = counters.UseCase(account, useCase).Count(now);
            return new { calls, allowance, regain_minutes = calls > allowance ? counters.UseCase(account, useCase).MinutesUntilBelow(allowance, now) : 0 };
        }
    }

    public object AppState(DateTimeOffset now) => new
    {
        platform_calls = _counters.App.Count(now),
        platform_allowance = Limits.PlatformPerHour(),
        insights_calls = _counters.AppInsights.Count(now),
        insights_allowance = (long)Limits.AppInsightsPerHour(accounts),
    };

    private (Usage Usage, GraphError? Refusal) CountAccount(Counters counters, LimitedCall call, DateTimeOffset now, List<string> scopes)
    {
        var type = call.UseCase == UseCase.AdsInsights ? "ads_insights" : "ads_management";
        scopes.Add($"{type}:act_{call.Account}");
        scopes.Add($"score:act_{call.Account}");
        var allowance = Allowance(counters, call.Account, call.UseCase, call.ActiveAds);
        var hour = counters.UseCase(call.Account, call.UseCase);
        var calls = hour.Add(now);
        var full = Limits.Enforced && calls > allowance;
        var score = counters.Score(call.Account).Add(now, call.Points, Limits.Score(), Limits.ScoreBlock());
        var refusal = full
            ? call.UseCase == UseCase.AdsInsights ? GraphErrors.InsightsThrottle() : GraphErrors.ManagementThrottle()
            : score.Blocked ? Limits.ScoreIs613 ? GraphErrors.AccountScore() : GraphErrors.AccountThrottle() : null;
        var app = 0.0;
        if (call.UseCase == UseCase.AdsInsights)
        {
            scopes.Add("insights:app");
            app = counters.AppInsights.Add(now) * 100 / Limits.AppInsightsPerHour(accounts);
            refusal ??= Insights(app, Interlocked.Increment(ref counters.InsightsCalls));
        }

        var usage = new Usage(0, calls * 100.0 / allowance, score.Percent, score.ResetSeconds, app)
        {
            RegainMinutes = full ? hour.MinutesUntilBelow(allowance, now) : 0,
        };
        return (usage, refusal);
    }

    // Over the limit only a share of the calls succeed; under load, whoever calls, too.
    private GraphError? Insights(double appPercent, long call)
    {
        var chance = _chance.At((ulong)call);
        if (appPercent > 100 && chance.At(0).Unit > 100 / appPercent)
            return GraphErrors.InsightsAppThrottle();
        return chance.At(1).Unit < Limits.GlobalLoad ? GraphErrors.GlobalLoad() : null;
    }

    private long Allowance(Counters counters, long account, UseCase useCase, int activeAds) =>
        Limits.UseCasePerHour(useCase, activeAds, counters.UserErrors.GetValueOrDefault(account));

    private sealed class Counters
    {
        public long InsightsCalls;

        private readonly ConcurrentDictionary<(long Account, UseCase UseCase), RollingHour> _useCases = new();
        private readonly ConcurrentDictionary<long, ScoreBucket> _scores = new();

        public RollingHour App { get; } = new();

        public RollingHour AppInsights { get; } = new();

        public ConcurrentDictionary<string, RollingHour> Users { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<long, long> UserErrors { get; } = new();

        public RollingHour UseCase(long account, UseCase useCase) => _useCases.GetOrAdd((account, useCase), _ => new RollingHour());

        public ScoreBucket Score(long account) => _scores.GetOrAdd(account, _ => new ScoreBucket());
    }
}
