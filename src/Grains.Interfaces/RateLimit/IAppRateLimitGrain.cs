using Orleans.Concurrency;

namespace MetaGrains.Grains.Interfaces.RateLimit;

/// <summary>
/// Owns the limits of one Meta app, which the tenants that use it share. Key format: <c>app/{number}</c>. Called by the
/// tenants' budgets, which hold leases of it and deal them out to their accounts.
/// </summary>
[Alias("metagrains.IAppRateLimitGrain")]
public interface IAppRateLimitGrain : IGrainWithStringKey
{
    /// <summary>Asks for a lease of permits. Asking again under the same number, because the answer was lost, gets the same lease.</summary>
    [Alias("Ask")]
    Task<BudgetReply> AskAsync(BudgetAsk ask);

    /// <summary>Gives a lease back. Before its deadline what was not used is credited; later it stays charged.</summary>
    [Alias("Return")]
    Task ReturnAsync(GrantReturn given);

    /// <summary>Tells what the headers of an answer said of the app.</summary>
    [Alias("Observe")]
    Task ObserveAsync(List<UsageNotice> usages);

    /// <summary>Tells that Meta refused a call because a limit of the app was reached.</summary>
    /// <param name="scope">The scope's text, such as <c>insights/123</c>.</param>
    /// <param name="until">When it may be called again.</param>
    [Alias("Block")]
    Task BlockAsync(string scope, DateTimeOffset until);

    /// <summary>What has been leased and what is blocked, for people.</summary>
    [ReadOnly]
    [Alias("Status")]
    Task<BudgetStatus> GetStatusAsync();
}
