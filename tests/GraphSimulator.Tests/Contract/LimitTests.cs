using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 3: the layers of limits, in virtual time.</summary>
public sealed class LimitTests
{
    private static readonly GraphSimulatorOptions Still = new() { Now = GraphCaller.Noon, TimeProvider = new Testing.FixedClock(GraphCaller.Noon) };

    [Fact]
    public async Task The_use_case_of_an_account_fills_up_and_tells_the_minutes()
    {
        await using var graph = await Limited(new SimulatedLimits { Enforced = true, UseCaseFactor = 0.0001 });
        var account = graph.FirstAccount;
        var allowance = (await graph.ControlAsync($"limits?account={account}")).GetProperty("account").GetProperty("ads_insights").GetProperty("allowance").GetInt32();
        Assert.InRange(allowance, 5, 100);
        for (var call = 0; call < allowance; call++)
            Assert.True((await graph.SendAsync($"{account}/insights")).IsSuccessStatusCode);

        var refused = await graph.SendAsync($"{account}/insights");
        var usage = Usage(refused, account);

        Assert.Equal((400, 80000, 2446079), await refused.ErrorAsync());
        Assert.Equal("ads_insights", usage.Text("type"));
        Assert.True(usage.GetProperty("call_count").GetInt32() >= 100);
        Assert.InRange(usage.GetProperty("estimated_time_to_regain_access").GetInt32(), 1, 60);
        Assert.True((await graph.SendAsync($"{account}/ads")).IsSuccessStatusCode);
        Assert.True((await graph.SendAsync($"{graph.Server.AccountIds[1]}/insights")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Calls_during_the_block_lengthen_it_and_silence_ends_it()
    {
        await using var graph = await Limited(new SimulatedLimits { Enforced = true, UseCaseFactor = 0.0001 });
        var account = graph.FirstAccount;
        HttpResponseMessage answer;
        do
            answer = await graph.SendAsync($"{account}/campaigns");
        while (answer.IsSuccessStatusCode);
        Assert.Equal((400, 80004, 2446079), await answer.ErrorAsync());
        var minutes = Usage(answer, account).GetProperty("estimated_time_to_regain_access").GetInt32();

        await graph.AdvanceAsync(TimeSpan.FromMinutes(30));
        for (var call = 0; call < 40; call++)
            await graph.SendAsync($"{account}/campaigns");
        await graph.AdvanceAsync(TimeSpan.FromMinutes(minutes - 29));
        var stubborn = await graph.SendAsync($"{account}/campaigns");

        Assert.False(stubborn.IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromMinutes(Usage(stubborn, account).GetProperty("estimated_time_to_regain_access").GetInt32()));
        Assert.True((await graph.SendAsync($"{account}/campaigns")).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData(AccessTier.Development, false, 17, 2446079, 300)]
    [InlineData(AccessTier.Standard, true, 613, 1487742, 60)]
    public async Task The_score_of_an_account_blocks_it_for_a_while(AccessTier tier, bool is613, int code, int subcode, int seconds)
    {
        await using var graph = await Limited(
            new SimulatedLimits { Enforced = true, Tier = tier, ScoreIs613 = is613, ScoreFactor = tier == AccessTier.Standard ? 0.002 : 0.3 });
        var account = graph.FirstAccount;
        for (var point = 0; point < 18; point++)
            Assert.True((await graph.SendAsync($"{account}/ads")).IsSuccessStatusCode);

        var refused = await graph.SendAsync($"{account}/ads");
        Assert.Equal((400, code, subcode), await refused.ErrorAsync());
        using var header = JsonDocument.Parse(refused.Headers.GetValues("X-Ad-Account-Usage").Single());
        Assert.Equal(seconds, header.RootElement.GetProperty("reset_time_duration").GetInt32());
        Assert.Equal(tier == AccessTier.Standard ? "standard_access" : "development_access", header.RootElement.Text("ads_api_access_tier"));

        await graph.AdvanceAsync(TimeSpan.FromSeconds(seconds - 1));
        Assert.False((await graph.SendAsync($"{account}/ads")).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromSeconds(seconds - 1));
        Assert.False((await graph.SendAsync($"{account}/ads")).IsSuccessStatusCode);
        await graph.AdvanceAsync(TimeSpan.FromSeconds(seconds));
        Assert.True((await graph.SendAsync($"{account}/ads")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_write_is_three_points()
    {
        await using var graph = await Limited(new SimulatedLimits { Enforced = true, ScoreFactor = 0.001 });
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads?limit=500"))[0].Text("id");

        Assert.True((await graph.PostAsync(ad, ("name", "a"))).IsSuccessStatusCode);
        Assert.True((await graph.PostAsync(ad, ("name", "b"))).IsSuccessStatusCode);
        Assert.True((await graph.SendAsync(ad)).IsSuccessStatusCode);
        Assert.True((await graph.SendAsync(ad)).IsSuccessStatusCode);

        Assert.Equal((400, 17, 2446079), await (await graph.SendAsync(ad)).ErrorAsync());
    }

    [Fact]
    public async Task The_platform_limits_calls_outside_accounts_and_the_user_all_calls()
    {
        await using var platform = await Limited(new SimulatedLimits { Enforced = true, DailyActiveUsers = 1 });
        for (var call = 0; call < 200; call++)
            Assert.True((await platform.SendAsync("me")).IsSuccessStatusCode);
        var refused = await platform.SendAsync("me");
        Assert.Equal((400, 4, null), await refused.ErrorAsync());
        Assert.Contains("\"call_count\":100", refused.Headers.GetValues("X-App-Usage").Single(), StringComparison.Ordinal);
        Assert.True((await platform.SendAsync($"{platform.FirstAccount}/ads")).IsSuccessStatusCode);

        await using var user = await Limited(new SimulatedLimits { Enforced = true, UserCallsPerHour = 2 });
        await user.SendAsync("me");
        await user.SendAsync($"{user.FirstAccount}/ads");
        Assert.Equal((400, 17, null), await (await user.SendAsync($"{user.Server.AccountIds[1]}/ads")).ErrorAsync());
    }

    [Fact]
    public async Task Over_the_insights_limit_of_the_app_only_a_share_succeeds()
    {
        await using var graph = await Limited(new SimulatedLimits { Enforced = true, InsightsFactor = 0.00002 });
        var (refused, served) = (0, 0);
        for (var call = 0; call < 60; call++)
        {
            var response = await graph.SendAsync($"{graph.Server.AccountIds[call % 3]}/insights?limit=1");
            if (response.IsSuccessStatusCode)
            {
                served++;
                continue;
            }

            refused++;
            Assert.Equal((400, 4, 1504022), await response.ErrorAsync());
        }

        Assert.InRange(served, 12, 50);
        Assert.InRange(refused, 10, 48);
    }

    [Fact]
    public async Task Global_load_refuses_insights_alone()
    {
        await using var graph = await Limited(new SimulatedLimits { Enforced = true, GlobalLoad = 1 });

        Assert.Equal((400, 4, 1504039), await (await graph.SendAsync($"{graph.FirstAccount}/insights")).ErrorAsync());
        Assert.True((await graph.SendAsync($"{graph.FirstAccount}/ads")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Limits_are_switched_while_it_runs_and_headers_tell_usage_all_the_time()
    {
        await using var graph = await GraphCaller.StartAsync(Still);
        for (var call = 0; call < 30; call++)
            Assert.True((await graph.SendAsync($"{graph.FirstAccount}/insights?limit=1")).IsSuccessStatusCode);

        await graph.OrderAsync("limits", new { enforced = true, use_case_factor = 0.0000001 });
        Assert.Equal(80000, (await (await graph.SendAsync($"{graph.FirstAccount}/insights")).ErrorAsync()).Code);
        await graph.Client.DeleteAsync(new Uri("_sim/limits", UriKind.Relative));
        Assert.True((await graph.SendAsync($"{graph.FirstAccount}/insights")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Items_and_ids_count_one_by_one()
    {
        await using var graph = await GraphCaller.StartAsync(Still);
        var ads = (await graph.RowsAsync($"{graph.FirstAccount}/ads")).Take(3).Select(row => row.Text("id")).ToList();
        var before = (await graph.ControlAsync("calls")).GetProperty("count").GetInt64();

        await graph.GetAsync($"?ids={string.Join(',', ads)}");
        await graph.PostAsync("", ("batch", $$"""[{"method":"GET","relative_url":"{{ads[0]}}"},{"method":"GET","relative_url":"{{ads[1]}}"}]"""));

        var calls = (await graph.ControlAsync($"calls?since={before}")).GetProperty("calls").EnumerateArray().ToList();
        Assert.Equal([1, 1, 1, 0, 1, 1, 0], calls.Select(call => call.GetProperty("cost").GetInt32()));
        Assert.Equal(5, calls.Count(call => call.GetProperty("scopes").EnumerateArray().Any(scope => scope.GetString() == $"ads_management:{graph.FirstAccount}")));
        Assert.Equal(5, (await graph.ControlAsync($"calls?since={before}&account={graph.FirstAccount}")).GetProperty("calls").GetArrayLength());
    }

    private static Task<GraphCaller> Limited(SimulatedLimits limits) => GraphCaller.StartAsync(Still with { Limits = limits });

    private static JsonElement Usage(HttpResponseMessage response, string account)
    {
        using var header = JsonDocument.Parse(response.Headers.GetValues("X-Business-Use-Case-Usage").Single());
        return header.RootElement.GetProperty(account[4..])[0].Clone();
    }
}
