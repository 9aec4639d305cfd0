using MetaGrains.Core.Accounts;
using MetaGrains.Core.Throttling;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Graph.Usage;

namespace MetaGrains.Grains.Accounts;

/// <summary>Brings what Meta's headers say to the run in whose flow the answer came, and by it to the tenant's budget.</summary>
internal sealed class UsageRelay(TimeProvider clock) : IUsageObserver
{
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
