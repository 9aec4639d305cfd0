using System.Text.Json;

namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 4: what insights do that nobody would guess.</summary>
public sealed class InsightsRuleTests
{
    private const string Metrics = "fields=ad_id,spend,impressions,clicks,reach,frequency,actions,action_values";
    private static readonly string Range = RowReading.Range("2026-03-01", "2026-03-05");

    [Theory]
    [InlineData("region", null)]
    [InlineData("product_id", null)]
    [InlineData("publisher_platform,platform_position", "publisher_platform")]
    [InlineData("publisher_platform,impression_device", "publisher_platform")]
    [InlineData("publisher_platform,platform_position,impression_device", "publisher_platform")]
    [InlineData("hourly_stats_aggregated_by_advertiser_time_zone", null)]
    [InlineData("frequency_value", null)]
    public async Task Every_allowed_combination_adds_up_to_the_whole(string breakdowns, string? coarser)
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&limit=10000&time_increment=1&{Metrics}&{Range}";
        var whole = await graph.RowsAsync(call);
        var parts = await graph.RowsAsync($"{call}&breakdowns={breakdowns}");

        Assert.All(parts, part => Assert.All(breakdowns.Split(','), name => Assert.NotEmpty(part.Text(name))));
        foreach (var metric in new[] { "spend", "impressions", "clicks" })
            Assert.Equal(whole.Sum(metric), parts.Sum(metric));
        if (coarser is null)
            return;
        var coarse = await graph.RowsAsync($"{call}&breakdowns={coarser}");
        Assert.Equal(
            coarse.GroupBy(row => row.Text(coarser)).OrderBy(group => group.Key).Select(group => (group.Key, group.Sum("spend"))),
            parts.GroupBy(row => row.Text(coarser)).OrderBy(group => group.Key).Select(group => (group.Key, group.Sum("spend"))));
    }

    [Theory]
    [InlineData("impression_device")]
    [InlineData("age,country")]
    [InlineData("dma")]
    [InlineData("platform_position")]
    public async Task A_combination_that_is_not_allowed_is_refused(string breakdowns)
    {
        await using var graph = await GraphCaller.StartAsync();

        Assert.Equal((400, 100, null), await (await graph.SendAsync($"{graph.FirstAccount}/insights?breakdowns={breakdowns}")).ErrorAsync());
    }

    [Theory]
    [InlineData("region")]
    [InlineData("hourly_stats_aggregated_by_advertiser_time_zone")]
    public async Task Actions_off_Meta_are_silently_dropped(string breakdowns)
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=account&limit=1000&{Metrics}&{Range}";
        var whole = (await graph.RowsAsync(call)).Actions();
        var parts = (await graph.RowsAsync($"{call}&breakdowns={breakdowns}")).Actions();

        Assert.True(whole["purchase"] > 0);
        Assert.DoesNotContain(parts.Keys, type => type.Contains("purchase", StringComparison.Ordinal) || type.Contains("lead", StringComparison.Ordinal));
        Assert.Equal(whole["link_click"], parts["link_click"]);
    }

    [Fact]
    public async Task By_the_hour_reach_is_0_and_videos_are_refused()
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?breakdowns=hourly_stats_aggregated_by_advertiser_time_zone&{Range}";

        var rows = await graph.RowsAsync($"{call}&limit=100&{Metrics}");

        Assert.Equal(24, rows.Count);
        Assert.Equal("00:00:00 - 00:59:59", rows[0].Text("hourly_stats_aggregated_by_advertiser_time_zone"));
        Assert.All(rows, row => Assert.Equal(("0", "0"), (row.Text("reach"), row.Text("frequency"))));
        Assert.Equal((400, 100, null), await (await graph.SendAsync($"{call}&fields=video_play_actions")).ErrorAsync());
    }

    [Fact]
    public async Task Reach_in_parts_is_left_out_beyond_13_months()
    {
        await using var graph = await GraphCaller.StartAsync();
        var account = graph.FirstAccount;
        var young = RowReading.Range("2025-02-06", "2026-03-05");
        var old = RowReading.Range("2025-02-05", "2026-03-05");

        Assert.True((await First($"{account}/insights?{Metrics}&breakdowns=age&{young}")).TryGetProperty("reach", out _));
        Assert.False((await First($"{account}/insights?{Metrics}&breakdowns=age&{old}")).TryGetProperty("reach", out _));
        Assert.True((await First($"{account}/insights?{Metrics}&{old}")).TryGetProperty("reach", out _));

        async Task<JsonElement> First(string call) => (await graph.RowsAsync(call))[0];
    }

    [Fact]
    public async Task Hours_reach_back_13_months_and_frequencies_6()
    {
        await using var graph = await GraphCaller.StartAsync();
        var days = RowReading.Range("2025-01-01", "2026-03-05");

        var hours = await graph.RowsAsync($"{graph.FirstAccount}/insights?fields=spend&time_increment=1&limit=10000&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone&{days}");
        var frequencies = await graph.RowsAsync($"{graph.FirstAccount}/insights?fields=spend&time_increment=1&limit=10000&breakdowns=frequency_value&{days}");

        Assert.Equal("2025-02-06", hours.Min(row => row.Text("date_start")));
        Assert.Equal("2025-09-06", frequencies.Min(row => row.Text("date_start")));
    }

    [Theory]
    [InlineData("publisher_platform,impression_device")]
    [InlineData("frequency_value")]
    [InlineData("hourly_stats_aggregated_by_audience_time_zone")]
    public async Task Without_an_opt_in_a_breakdown_is_silently_empty(string breakdowns)
    {
        var after = new GraphSimulatorOptions { Now = new DateTimeOffset(2026, 8, 20, 12, 0, 0, TimeSpan.Zero) };
        await using var graph = await GraphCaller.StartAsync(after);
        await using var optedIn = await GraphCaller.StartAsync(after with { OptedInToBreakdowns = true });
        var call = $"{graph.FirstAccount}/insights?breakdowns={breakdowns}";

        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync(call));
        Assert.NotEmpty(await optedIn.RowsAsync(call));
    }

    [Theory]
    [InlineData("7d_view")]
    [InlineData("28d_view")]
    public async Task Dead_windows_are_accepted_and_empty(string window)
    {
        await using var graph = await GraphCaller.StartAsync();

        var rows = await graph.RowsAsync($"{graph.FirstAccount}/insights?{Metrics}&{Range}&action_attribution_windows={window},1d_view");

        var elements = rows.SelectMany(row => row.GetProperty("actions").EnumerateArray()).ToList();
        Assert.Contains(elements, element => element.TryGetProperty("1d_view", out _));
        Assert.DoesNotContain(elements, element => element.TryGetProperty(window, out _));
    }

    [Fact]
    public async Task By_device_web_conversions_lose_the_device_and_those_in_apps_vanish()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, Accounts = 40 });
        var withApps = 0;
        foreach (var account in graph.Server.AccountIds)
        {
            var call = $"{account}/insights?fields=actions&{RowReading.Range("2026-01-01", "2026-03-05")}";
            var whole = (await graph.RowsAsync(call)).Actions();
            var rows = await graph.RowsAsync($"{call}&action_breakdowns=action_type,action_device");
            var parts = rows.Actions();
            var elements = rows.SelectMany(row => row.GetProperty("actions").EnumerateArray()).ToList();

            Assert.Equal(whole["link_click"], parts["link_click"]);
            Assert.All(elements.Where(element => element.Text("action_type") == "link_click"), element => Assert.NotEmpty(element.Text("action_device")));
            Assert.Equal(whole["offsite_conversion.fb_pixel_purchase"], parts["offsite_conversion.fb_pixel_purchase"]);
            Assert.All(elements.Where(element => element.Text("action_type").StartsWith("offsite_conversion", StringComparison.Ordinal)), element => Assert.False(element.TryGetProperty("action_device", out _)));
            Assert.DoesNotContain("app_custom_event.fb_mobile_purchase", parts.Keys);
            withApps += whole.ContainsKey("app_custom_event.fb_mobile_purchase") ? 1 : 0;
        }

        Assert.True(withApps > 0);
    }

    [Fact]
    public async Task Deleted_ads_have_no_rows_of_their_own_and_count_in_their_parents()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, HideArchivedRows = true });
        var call = $"{graph.FirstAccount}/insights?level=ad&limit=1000&{Metrics}&{Range}";
        var ads = await graph.RowsAsync(call);
        var account = (await graph.RowsAsync($"{graph.FirstAccount}/insights?{Metrics}&{Range}")).Sum("spend");
        var ad = ads[0].Text("ad_id");

        Assert.True((await graph.DeleteAsync(ad)).IsSuccessStatusCode);

        Assert.Equal(ads.Where(row => row.Text("ad_id") != ad).Select(row => row.GetRawText()), (await graph.RowsAsync(call)).Select(row => row.GetRawText()));
        Assert.Equal(account, (await graph.RowsAsync($"{graph.FirstAccount}/insights?{Metrics}&{Range}")).Sum("spend"));
        Assert.Equal(ads.Where(row => row.Text("ad_id") == ad).Sum("spend"), (await graph.RowsAsync($"{ad}/insights?{Metrics}&{Range}")).Sum("spend"));
    }

    [Theory]
    [InlineData("spend_descending", true)]
    [InlineData("impressions_ascending", false)]
    public async Task Rows_come_sorted_through_all_pages(string sort, bool descending)
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&time_increment=1&fields=ad_id,spend,impressions&{Range}";
        var metric = sort.Split('_')[0];

        var rows = await graph.RowsAsync($"{call}&limit=4&sort=[\"{sort}\"]");

        Assert.Equal((await graph.RowsAsync($"{call}&limit=500")).Select(row => row.GetRawText()).Order(), rows.Select(row => row.GetRawText()).Order());
        var numbers = rows.Select(row => row.Number(metric)).ToList();
        Assert.Equal(descending ? numbers.OrderDescending() : numbers.Order(), numbers);
        Assert.NotEmpty(await graph.RowsAsync($"{call}&sort=actions:link_click_descending"));
    }

    [Fact]
    public async Task A_summary_adds_up_all_rows_whatever_the_page()
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&time_increment=1&fields=ad_id,spend,impressions&{Range}";
        var rows = await graph.RowsAsync($"{call}&limit=500");

        var named = (await graph.GetAsync($"{call}&limit=2&summary=[\"spend\"]")).GetProperty("summary");
        var all = (await graph.GetAsync($"{call}&limit=2&default_summary=true")).GetProperty("summary");

        Assert.Equal((rows.Sum("spend"), "2026-03-01", "2026-03-05"), (named.Number("spend"), named.Text("date_start"), named.Text("date_stop")));
        Assert.Equal((rows.Sum("spend"), rows.Sum("impressions")), (all.Number("spend"), all.Number("impressions")));
    }
}
