using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Graph;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Accounts;

/// <summary>Brings what Meta's headers say to the run in whose flow the answer came, and by it to the tenant's budget.</summary>
internal sealed class UsageRelay(TimeProvider clock, IOptions<GraphOptions> graph) : IUsageObserver
{
    private readonly AppKey? _app = AppKey.TryParse($"app/{graph.Value.AppId}", out var app) ? app : null;

    /// <inheritdoc />
    public void Observe(GraphCall call, UsageObservation usage)
    {
        if (AccountPump.Current is { } pump && call.Account is { } account)
            pump.Observe(Notices(account, usage));
    }

    private IEnumerable<UsageNotice> Notices(AdAccountId account, UsageObservation usage)
    {
        var now = clock.GetUtcNow();
        if (usage.AdAccount is { } score)
        {
            yield return new UsageNotice
            {
                Scope = LimitScope.Score(account).ToString(), Percent = score.UtilPercent, Access = score.AccessTier, At = now,
            };
        }

        if (_app is { } app && usage.App is { } calls)
        {
            yield return new UsageNotice
            {
                Scope = LimitScope.App(app).ToString(), Percent = Math.Max(calls.CallCount, Math.Max(calls.TotalTime, calls.TotalCpuTime)), At = now,
            };
        }

        if (_app is { } reader && usage.Insights is { } insights)
        {
            yield return new UsageNotice
            {
                Scope = LimitScope.Insights(reader).ToString(), Percent = insights.AppUtilPercent, Access = insights.AccessTier, At = now,
            };
        }

        if (usage.ReachPercent is { } reach)
            yield return new UsageNotice { Scope = LimitScope.Reach(account).ToString(), Percent = reach, At = now };

        foreach (var entry in usage.Business)
        {
            // Captures key the header by the account's number, the documentation by a business: that is the asked account, then.
            var counted = AdAccountId.TryParse(entry.ObjectId, out var named) ? named : account;
            yield return new UsageNotice
            {
                Scope = LimitScope.UseCaseOf(counted, entry.Type).ToString(),
                Percent = Math.Max(entry.CallCount, Math.Max(entry.TotalCpuTime, entry.TotalTime)),
                RegainAfter = entry.RegainAccessAfter,
                Access = entry.AccessTier,
                At = now,
            };
        }
    }
}
