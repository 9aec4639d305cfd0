using System.Globalization;

namespace MetaGrains.GraphSimulator.Tests;

public sealed class InsightsTests
{
    private const string Since = "2026-02-05";
    private const string Until = "2026-03-06";
    private const string Fields = "fields=campaign_id,adset_id,ad_id,impressions,clicks,spend,reach,actions,action_values&time_increment=1";
    private const string AllWindows = "&action_attribution_windows=1d_click,7d_click,28d_click,1d_view";
    private static readonly string Range = RowReading.Range(Since, Until);

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes()
    {
        await using var one = await GraphCaller.StartAsync();
        await using var two = await GraphCaller.StartAsync();
        foreach (var account in one.Server.AccountIds)
        {
            var call = $"{account}/insights?level=ad&limit=5000&{Fields}&{Range}{AllWindows}";
            var bytes = await one.GetTextAsync(call);
            Assert.Equal(bytes, await two.GetTextAsync(call));
            Assert.Contains("\"actions\"", bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("\"next\"", bytes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_seed_gives_other_accounts()
    {
        await using var one = await GraphCaller.StartAsync();
        await using var two = await GraphCaller.StartAsync(new GraphSimulatorOptions { Seed = 2, Now = GraphCaller.Noon });
        Assert.Empty(one.Server.AccountIds.Intersect(two.Server.AccountIds));
    }

    [Fact]
    public async Task A_day_reads_the_same_whatever_range_it_is_asked_in()
    {
        await using var graph = await GraphCaller.StartAsync();
        var wide = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&limit=500&{Fields}&{Range}");
        var narrow = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&limit=500&{Fields}&{RowReading.Range("2026-02-20", "2026-02-20")}");
        Assert.NotEmpty(narrow);
        Assert.Equal(
            wide.Where(row => row.Text("date_start") == "2026-02-20").Select(row => row.GetRawText()),
            narrow.Select(row => row.GetRawText()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    [InlineData(100)]
    public async Task Paging_visits_every_row_exactly_once(int limit)
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&{Fields}&{RowReading.Range("2026-02-27", Until)}";
        var whole = await graph.RowsAsync($"{call}&limit=5000");
        var paged = await graph.RowsAsync($"{call}&limit={limit}");
        Assert.True(whole.Count > 25);
        Assert.Equal(whole.Select(row => row.GetRawText()), paged.Select(row => row.GetRawText()));
        Assert.Equal(whole.Count, whole.Select(row => (row.Text("ad_id"), row.Text("date_start"))).Distinct().Count());
        Assert.Equal(whole.OrderBy(row => row.Text("date_start")).ThenBy(row => row.Text("ad_id")).Select(row => row.GetRawText()), whole.Select(row => row.GetRawText()));
    }

    [Theory]
    [InlineData("account")]
    [InlineData("campaign")]
    [InlineData("adset")]
    [InlineData("ad")]
    public async Task Every_level_adds_up_to_the_truth(string level)
    {
        await using var graph = await GraphCaller.StartAsync();
        foreach (var account in graph.Server.AccountIds)
        {
            var rows = await graph.RowsAsync($"{account}/insights?level={level}&limit=500&{Fields}&{Range}");
            var truth = graph.Server.Truth(account, DateOnly.Parse(Since), DateOnly.Parse(Until));
            Assert.Equal(truth.Spend, rows.Sum("spend"));
            Assert.Equal(truth.Impressions, rows.Sum("impressions"));
            Assert.Equal(truth.Clicks, rows.Sum("clicks"));
            Assert.Equal(truth.Days, rows.Select(row => row.Text("date_start")).Distinct().Count());
            if (level == "ad")
                Assert.Equal(truth.Rows, rows.Count);
        }
    }

    [Theory]
    [InlineData("time_increment=all_days")]
    [InlineData("time_increment=monthly")]
    [InlineData("time_increment=7")]
    public async Task Every_increment_adds_up_to_the_days(string increment)
    {
        await using var graph = await GraphCaller.StartAsync();
        const string Metrics = "fields=ad_id,impressions,clicks,spend,actions,action_values";
        var days = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&limit=5000&{Metrics}&{Range}{AllWindows}&time_increment=1");
        var periods = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&limit=5000&{Metrics}&{Range}{AllWindows}&{increment}");
        Assert.True(periods.Count < days.Count);
        Assert.Equal(days.Sum("spend"), periods.Sum("spend"));
        Assert.Equal(days.Actions(), periods.Actions());
        Assert.Equal(days.Actions("action_values"), periods.Actions("action_values"));
        Assert.Equal(days.Actions("actions", "28d_click"), periods.Actions("actions", "28d_click"));
    }

    [Theory]
    [InlineData("age", "age")]
    [InlineData("gender", "gender")]
    [InlineData("age,gender", "age")]
    [InlineData("[\"age\",\"gender\"]", "gender")]
    [InlineData("country", "country")]
    [InlineData("publisher_platform", "publisher_platform")]
    public async Task The_parts_of_a_breakdown_add_up_to_the_whole(string breakdown, string key)
    {
        await using var graph = await GraphCaller.StartAsync();
        foreach (var level in new[] { "ad", "account" })
        {
            var call = $"{graph.FirstAccount}/insights?level={level}&limit=5000&{Fields}&{RowReading.Range("2026-03-01", Until)}{AllWindows}";
            var whole = await graph.RowsAsync(call);
            var parts = await graph.RowsAsync($"{call}&breakdowns={Uri.EscapeDataString(breakdown)}");
            Assert.True(parts.Count > whole.Count || key == "country");
            Assert.All(parts, part => Assert.NotEmpty(part.Text(key)));
            var byRow = parts.ToLookup(part => (part.TryGetProperty("ad_id", out var ad) ? ad.GetString() : "", part.Text("date_start")));
            foreach (var row in whole)
            {
                var of = byRow[(row.TryGetProperty("ad_id", out var ad) ? ad.GetString() : "", row.Text("date_start"))].ToList();
                Assert.Equal(row.Number("spend"), of.Sum("spend"));
                Assert.Equal(row.Number("impressions"), of.Sum("impressions"));
                Assert.Equal(row.Number("clicks"), of.Sum("clicks"));
                foreach (var window in new[] { "value", "1d_click", "7d_click", "28d_click", "1d_view" })
                {
                    Assert.Equal(new[] { row }.Actions("actions", window), of.Actions("actions", window));
                    Assert.Equal(new[] { row }.Actions("action_values", window), of.Actions("action_values", window));
                }
            }
        }
    }

    [Fact]
    public async Task Windows_show_only_when_asked_for_and_click_windows_are_nested()
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=account&limit=100&{Fields}&{Range}";
        var plain = await graph.GetTextAsync(call);
        Assert.DoesNotContain("d_click\"", plain, StringComparison.Ordinal);
        var elements = (await graph.RowsAsync(call + AllWindows)).SelectMany(row => row.GetProperty("actions").EnumerateArray()).ToList();
        Assert.Contains(elements, element => element.Text("action_type") == "offsite_conversion.fb_pixel_purchase" && element.Number("28d_click") > element.Number("1d_click"));
        Assert.All(elements, element =>
        {
            Assert.True(element.Number("1d_click") <= element.Number("7d_click"));
            Assert.True(element.Number("7d_click") <= element.Number("28d_click"));
            Assert.Equal(element.Number("7d_click") + element.Number("1d_view"), element.Number("value"));
            Assert.All(element.EnumerateObject().Where(pair => pair.Name is not ("action_type" or "value")), pair => Assert.NotEqual("0", pair.Value.GetString()));
        });
        var views = await graph.GetTextAsync($"{call}&action_attribution_windows=7d_view");
        Assert.Equal(plain, views.Replace("action_attribution_windows=7d_view", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Purchases_overlap_as_on_Meta()
    {
        await using var graph = await GraphCaller.StartAsync();
        var actions = (await graph.RowsAsync($"{graph.FirstAccount}/insights?level=account&limit=100&{Fields}&{Range}")).Actions();
        Assert.True(actions["purchase"] > 0);
        Assert.Equal(actions["purchase"], actions["omni_purchase"]);
        Assert.Equal(
            actions["purchase"],
            actions["offsite_conversion.fb_pixel_purchase"] + actions.GetValueOrDefault("app_custom_event.fb_mobile_purchase"));
        Assert.True(actions["page_engagement"] >= actions["post_engagement"]);
        Assert.True(actions["post_engagement"] >= actions["link_click"]);
    }

    [Fact]
    public async Task Numbers_are_strings_without_trailing_zeros_and_yen_have_no_decimals()
    {
        await using var graph = await GraphCaller.StartAsync();
        foreach (var account in graph.Server.AccountIds)
        {
            var rows = await graph.RowsAsync($"{account}/insights?level=ad&limit=500&fields=account_currency,spend,impressions,ctr,cpm&time_increment=1&{Range}");
            var currency = rows[0].Text("account_currency");
            Assert.All(rows, row =>
            {
                var spend = row.Text("spend");
                Assert.Equal(row.Number("spend").ToString("0.##", CultureInfo.InvariantCulture), spend);
                Assert.True(currency != "JPY" || !spend.Contains('.', StringComparison.Ordinal));
                Assert.True(row.Number("impressions") > 0);
            });
            Assert.Contains(rows, row => row.Text("spend") == "0");
        }

        var yen = await graph.GetAsync($"{graph.Server.AccountIds[2]}?fields=currency,timezone_name");
        Assert.Equal("JPY", yen.Text("currency"));
        Assert.Equal("Asia/Tokyo", yen.Text("timezone_name"));
    }

    [Fact]
    public async Task Only_named_fields_and_the_dates_are_in_a_row()
    {
        await using var graph = await GraphCaller.StartAsync();
        var bare = (await graph.RowsAsync($"{graph.FirstAccount}/insights"))[0];
        Assert.Equal(["impressions", "spend", "date_start", "date_stop"], bare.EnumerateObject().Select(pair => pair.Name));
        Assert.Equal("2026-02-04", bare.Text("date_start"));
        Assert.Equal("2026-03-05", bare.Text("date_stop"));
        var named = (await graph.RowsAsync($"{graph.FirstAccount}/insights?fields=spend,account_id,attribution_setting,account_currency&date_preset=yesterday"))[0];
        Assert.Equal(["spend", "account_id", "attribution_setting", "account_currency", "date_start", "date_stop"], named.EnumerateObject().Select(pair => pair.Name));
        Assert.Equal(graph.FirstAccount, "act_" + named.Text("account_id"));
    }

    [Fact]
    public async Task Today_is_a_day_of_the_accounts_own_zone()
    {
        // 21:00 UTC on the 6th is the 7th in Tokyo and still the 6th in Europe.
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = new DateTimeOffset(2026, 3, 6, 21, 0, 0, TimeSpan.Zero) });
        var tokyo = await graph.RowsAsync($"{graph.Server.AccountIds[2]}/insights?date_preset=today");
        var europe = await graph.RowsAsync($"{graph.Server.AccountIds[0]}/insights?date_preset=today");
        Assert.Equal("2026-03-07", tokyo.Single().Text("date_start"));
        Assert.Equal("2026-03-06", europe.Single().Text("date_start"));
    }

    [Fact]
    public async Task The_future_has_no_rows()
    {
        await using var graph = await GraphCaller.StartAsync();
        Assert.Equal("""{"data":[]}""", await graph.GetTextAsync($"{graph.FirstAccount}/insights?{RowReading.Range("2026-03-07", "2026-04-01")}"));
        var rows = await graph.RowsAsync($"{graph.FirstAccount}/insights?time_increment=1&limit=100&{RowReading.Range("2026-03-01", "2026-04-01")}");
        Assert.Equal("2026-03-06", rows[^1].Text("date_start"));
    }

    [Fact]
    public async Task A_node_answers_for_what_is_below_it()
    {
        await using var graph = await GraphCaller.StartAsync();
        var whole = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&limit=5000&{Fields}&{Range}");
        foreach (var (id, level) in new[] { ("campaign_id", "campaign"), ("adset_id", "adset"), ("ad_id", "ad") })
        {
            var node = whole[0].Text(id);
            var own = await graph.RowsAsync($"{node}/insights?limit=500&{Fields}&{Range}");
            var ads = await graph.RowsAsync($"{node}/insights?level=ad&limit=500&{Fields}&{Range}");
            Assert.All(own, row => Assert.Equal(node, row.Text(id)));
            Assert.Equal(level == "ad", own[0].TryGetProperty("ad_id", out _));
            Assert.Equal(whole.Where(row => row.Text(id) == node).Sum("spend"), own.Sum("spend"));
            Assert.Equal(own.Sum("spend"), ads.Sum("spend"));
        }
    }

    [Fact]
    public async Task Filters_choose_ads_and_rows()
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&limit=5000&{Fields}&{Range}";
        var whole = await graph.RowsAsync(call);
        var ad = whole[0].Text("ad_id");
        Assert.Equal(whole.Where(row => row.Text("ad_id") == ad).Count(), (await Filtered("ad.id", "IN", $"[\"{ad}\"]")).Count);
        Assert.Equal(whole.Where(row => row.Text("ad_id") != ad).Count(), (await Filtered("ad.id", "NOT_IN", $"[\"{ad}\"]")).Count);
        Assert.Equal(whole.Where(row => row.Number("spend") > 5).Select(row => row.GetRawText()), (await Filtered("spend", "GREATER_THAN", "5")).Select(row => row.GetRawText()));
        Assert.Equal(whole.Where(row => row.Number("impressions") > 900).Count(), (await Filtered("ad.impressions", "GREATER_THAN", "900")).Count);
        var active = await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=id&limit=500&effective_status=[\"ACTIVE\"]");
        var ids = active.Select(row => row.Text("id")).ToHashSet();
        Assert.Equal(whole.Count(row => ids.Contains(row.Text("ad_id"))), (await Filtered("ad.effective_status", "IN", "[\"ACTIVE\"]")).Count);

        async Task<List<System.Text.Json.JsonElement>> Filtered(string field, string op, string value) =>
            await graph.RowsAsync($"{call}&filtering={Uri.EscapeDataString($$"""[{"field":"{{field}}","operator":"{{op}}","value":{{value}}}]""")}");
    }

    [Fact]
    public async Task Archived_rows_can_be_hidden_while_the_account_still_counts_them()
    {
        var options = new GraphSimulatorOptions { Now = GraphCaller.Noon, Accounts = 40 };
        await using var shows = await GraphCaller.StartAsync(options);
        await using var hides = await GraphCaller.StartAsync(options with { HideArchivedRows = true });
        var hidden = 0;
        foreach (var account in shows.Server.AccountIds)
        {
            var range = RowReading.Range("2024-01-01", "2026-03-06");
            var all = await shows.RowsAsync($"{account}/insights?level=ad&limit=5000&{range}");
            var some = await hides.RowsAsync($"{account}/insights?level=ad&limit=5000&{range}");
            hidden += all.Count - some.Count;
            Assert.Equal(await shows.GetTextAsync($"{account}/insights?{range}"), await hides.GetTextAsync($"{account}/insights?{range}"));
        }

        Assert.True(hidden > 0);
    }
}
