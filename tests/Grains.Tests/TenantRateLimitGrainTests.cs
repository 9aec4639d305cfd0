using MetaGrains.Core.Keys;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Interfaces;
using MetaGrains.Grains.Interfaces.RateLimit;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Grains.Tests;

public sealed class TenantRateLimitGrainTests
{
    private static readonly string User = $"user/{Guid.Empty}";
    private static long _numbers;

    private static TenantSettings Fixed(int callsPerHour) => new("Acme", "EUR", null, "fixed", callsPerHour);

    private static BudgetAsk Ask(int wanted, string requester = "acct/a", string priority = "high", string? scope = null) => new()
    {
        Requester = requester,
        RequestId = Interlocked.Increment(ref _numbers),
        Priority = priority,
        Wanted = wanted,
        DueAt = TimeProvider.System.GetUtcNow(),
        Scopes = scope is null ? [User] : [User, scope],
    };

    [Fact]
    public async Task No_more_than_the_cap_is_given_out_however_many_ask_at_once()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(200));

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => cluster.Budget.AskAsync(Ask(10, $"acct/{number}"))));

        Assert.Equal(180, replies.Sum(reply => reply.Permits));
        Assert.All(replies.Where(reply => reply.Permits == 0), reply =>
        {
            Assert.Equal(("limit_reached", User), (reply.Reason, reply.Scope));
            Assert.True(reply.Until > TimeProvider.System.GetUtcNow());
        });
        var status = await cluster.Budget.GetStatusAsync();
        Assert.Equal(("fixed", 180, 180), (status.Mode, status.Cap, Assert.Single(status.Scopes).Charged));
    }

    [Fact]
    public async Task A_crash_wastes_permits_and_never_overspends()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(200));
        var given = 0;
        for (var life = 0; life < 3; life++)
        {
            given += (await cluster.Budget.AskAsync(Ask(25))).Permits;
            await cluster.CrashAsync();
        }

        while (await cluster.Budget.AskAsync(Ask(50)) is { Permits: > 0 } reply)
            given += reply.Permits;

        Assert.InRange(given, 75, 180);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_the_same_grant_when_it_is_asked_for_again()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(200));
        var ask = Ask(10);

        var first = await cluster.Budget.AskAsync(ask);
        var second = await cluster.Budget.AskAsync(ask);

        Assert.Equal(first, second);
        Assert.Equal(10, Assert.Single((await cluster.Budget.GetStatusAsync()).Scopes).Charged);
    }

    [Fact]
    public async Task Permits_that_come_back_in_time_are_given_out_again()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(10));
        var given = await cluster.Budget.AskAsync(Ask(9));
        var wait = await cluster.Budget.AskAsync(Ask(3, "acct/b"));
        Assert.Equal((9, 0), (given.Permits, wait.Permits));

        await cluster.Budget.ReturnAsync(new GrantReturn { Grant = given.Grant!.Value, Used = 2, LastSentAt = TimeProvider.System.GetUtcNow() });

        Assert.Equal(3, (await cluster.Budget.AskAsync(Ask(3, "acct/b"))).Permits);
    }

    [Fact]
    public async Task What_meta_blocks_is_blocked_for_exactly_that_scope_and_the_rest_serves_high_only()
    {
        await using var cluster = await GrainCluster.StartAsync(new TenantSettings("Acme", "EUR", null, null, null));
        var until = TimeProvider.System.GetUtcNow().AddMinutes(10);

        await cluster.Budget.BlockAsync("score/act_1", until);

        var blocked = await cluster.Budget.AskAsync(Ask(1, scope: "score/act_1"));
        var lower = await cluster.Budget.AskAsync(Ask(1, "acct/b", "medium", "score/act_2"));
        var high = await cluster.Budget.AskAsync(Ask(1, "acct/c", "high", "score/act_2"));
        Assert.Equal((0, "scope_blocked", "score/act_1"), (blocked.Permits, blocked.Reason, blocked.Scope));
        Assert.Equal((0, "cool_down"), (lower.Permits, lower.Reason));
        Assert.Equal(1, high.Permits);
        await cluster.CrashAsync();
        Assert.Equal("scope_blocked", (await cluster.Budget.AskAsync(Ask(1, scope: "score/act_1"))).Reason);
    }

    [Fact]
    public async Task What_the_headers_say_stops_the_account_that_they_speak_of()
    {
        await using var cluster = await GrainCluster.StartAsync(new TenantSettings("Acme", "EUR", null, null, null));

        await cluster.Budget.ObserveAsync([new UsageNotice { Scope = "score/act_1", Percent = 97, Access = "standard_access", At = TimeProvider.System.GetUtcNow() }]);

        Assert.Equal("limit_reached", (await cluster.Budget.AskAsync(Ask(1, scope: "score/act_1"))).Reason);
        Assert.Equal(1, (await cluster.Budget.AskAsync(Ask(1, "acct/b", scope: "score/act_2"))).Permits);
    }

    [Fact]
    public async Task A_changed_limit_counts_from_the_next_ask()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(10));
        Assert.Equal(9, (await cluster.Budget.AskAsync(Ask(50))).Permits);
        Assert.Equal(0, (await cluster.Budget.AskAsync(Ask(50))).Permits);

        await cluster.Tenants.ChangeAsync(cluster.Tenant, new TenantSettings(null, null, null, null, 20), default);
        await cluster.Budget.ReconfigureAsync();

        Assert.Equal(9, (await cluster.Budget.AskAsync(Ask(50))).Permits);
    }

    [Fact]
    public async Task Nonsense_and_unknown_tenants_are_refused_in_words_and_change_nothing()
    {
        await using var cluster = await GrainCluster.StartAsync(Fixed(200));

        var priority = await Assert.ThrowsAsync<ArgumentException>(() => cluster.Budget.AskAsync(Ask(1, priority: "urgent")));
        var scope = await Assert.ThrowsAsync<ArgumentException>(() => cluster.Budget.AskAsync(Ask(1, scope: "nonsense")));
        var nobody = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.RateLimit(new TenantKey(new TenantId(Guid.NewGuid()))).GetStatusAsync());

        Assert.Contains("There is no priority 'urgent'", priority.Message, StringComparison.Ordinal);
        Assert.Contains("'nonsense' is no scope", scope.Message, StringComparison.Ordinal);
        Assert.Contains("There is no tenant", nobody.Message, StringComparison.Ordinal);
        Assert.Empty((await cluster.Budget.GetStatusAsync()).Scopes);
    }
}
