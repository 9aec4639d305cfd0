using MetaGrains.Core.Keys;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

public sealed class AppRateLimitGrainTests
{
    private const string App = "4711";
    private const string Insights = $"insights/{App}";

    private static readonly TenantSettings Anyone = new("Acme", "EUR", null, null, null);
    private static long _numbers;

    [Fact]
    public async Task A_tenant_deals_out_a_lease_of_its_apps_budget()
    {
        await using var cluster = await GrainCluster.StartAsync(Anyone, App);

        var given = await GrantedAsync(cluster.Budget, "acct/a", 2);

        var leased = await ScopeAsync(cluster, Insights);
        Assert.InRange(leased.Charged, given.Permits, 500);
        Assert.Contains(leased.Scope, (await cluster.Budget.GetStatusAsync()).Scopes.Select(scope => scope.Scope));
    }

    [Fact]
    public async Task What_blocks_the_app_for_one_tenant_blocks_it_for_the_others()
    {
        await using var cluster = await GrainCluster.StartAsync(Anyone, App);
        var other = await OtherAsync(cluster);
        await GrantedAsync(cluster.Budget, "acct/a", 2);
        await GrantedAsync(other, "acct/b", 2);

        await cluster.Budget.BlockAsync(Insights, TimeProvider.System.GetUtcNow().AddMinutes(10));

        await Eventually.TrueAsync(async () => (await other.AskAsync(Ask("acct/c", 1))) is { Permits: 0, Reason: "scope_blocked", Scope: Insights }, "the other tenant is blocked");
        Assert.NotNull((await ScopeAsync(cluster, Insights)).BlockedUntil);
    }

    [Fact]
    public async Task What_a_header_says_of_the_app_counts_for_all_of_its_tenants()
    {
        await using var cluster = await GrainCluster.StartAsync(Anyone, App);
        var other = await OtherAsync(cluster);

        await cluster.Budget.ObserveAsync([new UsageNotice { Scope = Insights, Percent = 99, Access = "standard_access", At = TimeProvider.System.GetUtcNow() }]);
        await Eventually.TrueAsync(async () => (await AppAsync(cluster)).Scopes.Any(scope => scope is { Scope: Insights, Percent: > 95 }), "the app's budget knows");
        Assert.Equal(0, (await other.AskAsync(Ask("acct/b", 1))).Permits);

        await Eventually.TrueAsync(async () => (await AppAsync(cluster)).Waiting == 1, "the other tenant waits for the app");
        Assert.Equal(0, (await ScopeAsync(cluster, Insights)).Charged);
    }

    private static async Task<ITenantRateLimitGrain> OtherAsync(GrainCluster cluster)
    {
        var made = await cluster.Tenants.MakeAsync("other", Anyone, default);
        return cluster.Grains.RateLimit(new TenantKey(made!.Id));
    }

    // The first question finds no lease; its way there and back takes a moment.
    private static async Task<BudgetReply> GrantedAsync(ITenantRateLimitGrain budget, string requester, int wanted)
    {
        BudgetReply? given = null;
        await Eventually.TrueAsync(async () => (given = await budget.AskAsync(Ask(requester, wanted))).Permits > 0, $"{requester} gets permits");
        return given!;
    }

    private static Task<BudgetStatus> AppAsync(GrainCluster cluster) => cluster.Grains.AppRateLimit(AppKey.Parse($"app/{App}")).GetStatusAsync();

    private static async Task<ScopeStatus> ScopeAsync(GrainCluster cluster, string scope) =>
        Assert.Single((await AppAsync(cluster)).Scopes, known => known.Scope == scope);

    private static BudgetAsk Ask(string requester, int wanted) => new()
    {
        Requester = requester,
        RequestId = Interlocked.Increment(ref _numbers),
        Priority = "high",
        Wanted = wanted,
        DueAt = TimeProvider.System.GetUtcNow(),
        Scopes = [$"user/{Guid.Empty}", "buc/act_1/ads_insights"],
    };
}
