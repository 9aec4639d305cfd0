using Orleans.Concurrency;

namespace MetaGrains.Grains.Interfaces.RateLimit;

/// <summary>
/// Owns the Graph call budget across all ad accounts of one tenant. Key format: <c>tenant/{uuid}</c>. Called by the
/// tenant's account grains; no call is held open: an answer is permits, or when to come back.
/// </summary>
[Alias("metagrains.ITenantRateLimitGrain")]
public interface ITenantRateLimitGrain : IGrainWithStringKey
{
    /// <summary>Asks for permits. Asking again under the same number, because the answer was lost, gets the same grant.</summary>
    [Alias("Ask")]
    Task<BudgetReply> AskAsync(BudgetAsk ask);

    /// <summary>Gives permits back. Before the grant's deadline what was not used is credited; later it stays charged.</summary>
    [Alias("Return")]
    Task ReturnAsync(GrantReturn given);

    /// <summary>Tells what the headers of an answer said.</summary>
    [Alias("Observe")]
    Task ObserveAsync(List<UsageNotice> usages);

    /// <summary>Tells that Meta refused a call because a limit was reached.</summary>
    /// <param name="scope">The scope's text, such as <c>score/act_123</c>.</param>
    /// <param name="until">When it may be called again.</param>
    [Alias("Block")]
    Task BlockAsync(string scope, DateTimeOffset until);

    /// <summary>The app's budget has room for the tenant now. May be lost: who waits asks again by itself.</summary>
    [OneWay]
    [Alias("LeaseReady")]
    Task LeaseReadyAsync();

    /// <summary>Reads the tenant's rules from PostgreSQL again.</summary>
    [Alias("Reconfigure")]
    Task ReconfigureAsync();

    /// <summary>Where a requester stands that waits for permits; null when it does not wait.</summary>
    [ReadOnly]
    [Alias("Place")]
    Task<QueuePlace?> GetPlaceAsync(string requester);

    /// <summary>What has been given out and what is blocked, for people.</summary>
    [ReadOnly]
    [Alias("Status")]
    Task<BudgetStatus> GetStatusAsync();
}
