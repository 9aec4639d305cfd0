using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;
using MetaGrains.GraphSimulator;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Limits;

namespace MetaGrains.Bench.Virtual;

/// <summary>What one call was answered.</summary>
/// <param name="Usage">What the headers say.</param>
/// <param name="Refusal">The throttle, if it is one.</param>
internal readonly record struct VirtualAnswer(Usage Usage, GraphError? Refusal)
{
    public bool IsServed => Refusal is null;
}

/// <summary>
/// The limits of one app at Meta, in virtual time: the layers of the simulator, called without HTTP. Keeps the books of
/// who called how often and what was refused.
/// </summary>
internal sealed class VirtualMeta
{
    public const string OurUser = "us";
    private const int ActiveAds = 25;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    private readonly LimitLayers _layers;
    private readonly VirtualTime _time;
    private DateTimeOffset _firstRefused;
    private DateTimeOffset _lastRefused;

    public VirtualMeta(VirtualTime time, SimulatedLimits limits, int accounts, int seed)
    {
        limits.Validate();
        (_time, _layers) = (time, new LimitLayers(limits, accounts, seed));
    }

    public SimulatedLimits Limits => _layers.Limits;

    /// <summary>Calls of ours, refused ones included.</summary>
    public long Calls { get; private set; }

    /// <summary>Those of them that read insights.</summary>
    public long InsightsCalls { get; private set; }

    /// <summary>Calls of ours that were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Stretches of refusals: ten minutes without one end it.</summary>
    public long Episodes { get; private set; }

    /// <summary>Calls of ours that were refused and were sent when the answer to the first refused one was known.</summary>
    public long WhileBlocked { get; private set; }

    public void Change(SimulatedLimits limits) => _layers.Change(limits);

    /// <summary>One call of ours for a job.</summary>
    public VirtualAnswer Call(long account, SyncJob job = SyncJob.Tier)
    {
        var answer = Count(account, job.ReadsInsights() ? UseCase.AdsInsights : UseCase.AdsManagement);
        Calls++;
        InsightsCalls += job.ReadsInsights() ? 1 : 0;
        if (!answer.IsServed)
            Note(_time.Now);
        return answer;
    }

    private void Note(DateTimeOffset now)
    {
        Refused++;
        if (now - _lastRefused > Pause)
        {
            Episodes++;
            _firstRefused = now;
        }
        else if (now - _firstRefused > AnswerTime)
        {
            WhileBlocked++;
        }

        _lastRefused = now;
    }

    /// <summary>Somebody else's call against the same limits.</summary>
    public void CallOfOthers(long account) => Count(account, UseCase.AdsInsights);

    /// <summary>Starts the books anew; what Meta counts goes on.</summary>
    public void ForgetBooks() => (Calls, InsightsCalls, Refused, Episodes, WhileBlocked) = (0, 0, 0, 0, 0);

    /// <summary>The headers as the Graph client hands them to the budget.</summary>
    public static IEnumerable<ScopeUsage> Notices(Usage usage, LimitScope? insights, LimitScope useCase, LimitScope score, DateTimeOffset at)
    {
        var access = MetaGrains.Core.Throttling.AccessTier.Standard;
        if (insights is { } platform)
            yield return new ScopeUsage(platform, Math.Round(usage.AppInsightsPercent, 2), TimeSpan.Zero, access, at);
        yield return new ScopeUsage(useCase, (int)usage.AccountPercent, TimeSpan.FromMinutes(usage.RegainMinutes), access, at);
        yield return new ScopeUsage(score, Math.Round(usage.ScorePercent, 2), TimeSpan.Zero, access, at);
    }

    private VirtualAnswer Count(long account, UseCase useCase)
    {
        var verdict = _layers.Count(new LimitedCall(account, useCase, ActiveAds, OurUser, 1), _time.Now);
        return new VirtualAnswer(verdict.Usage, verdict.Refusal);
    }
}
