namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 8: campaigns, ad sets, ads and creatives, and their oddities.</summary>
public sealed class EntityContractTests
{
    private const string Everything = """["ACTIVE","PAUSED","ARCHIVED","DELETED","CAMPAIGN_PAUSED","ADSET_PAUSED","WITH_ISSUES"]""";

    [Fact]
    public async Task A_status_comes_down_and_never_goes_up()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=adset_id,campaign_id&effective_status=[\"ACTIVE\"]"))[0];

        Assert.True((await graph.PostAsync(ad.Text("adset_id"), ("status", "PAUSED"))).IsSuccessStatusCode);
        Assert.Equal("ADSET_PAUSED", await Status(ad.Text("id")));
        Assert.Equal("ACTIVE", await Status(ad.Text("campaign_id")));

        await graph.PostAsync(ad.Text("adset_id"), ("status", "ACTIVE"));
        await graph.PostAsync(ad.Text("campaign_id"), ("status", "PAUSED"));
        Assert.Equal("CAMPAIGN_PAUSED", await Status(ad.Text("id")));
        Assert.Equal("CAMPAIGN_PAUSED", await Status(ad.Text("adset_id")));
        var read = await graph.GetAsync($"{ad.Text("id")}?fields=configured_status,status");
        Assert.Equal(("ACTIVE", "ACTIVE"), (read.Text("configured_status"), read.Text("status")));

        async Task<string> Status(string id) => (await graph.GetAsync($"{id}?fields=effective_status")).Text("effective_status");
    }

    [Theory]
    [InlineData("ARCHIVED", true)]
    [InlineData("DELETED", false)]
    public async Task What_is_put_away_hides_on_edges_and_is_read_by_its_id(string status, bool listed)
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, DeletedOnEdges = DeletedOnEdges.Reject });
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads"))[0].Text("id");

        await graph.PostAsync(ad, ("status", status));

        Assert.DoesNotContain(await graph.RowsAsync($"{graph.FirstAccount}/ads?limit=500"), row => row.Text("id") == ad);
        Assert.Equal(status, (await graph.GetAsync($"{ad}?fields=effective_status")).Text("effective_status"));
        foreach (var filter in new[] { $"effective_status=[\"{status}\"]", $$"""filtering=[{"field":"ad.effective_status","operator":"IN","value":["{{status}}"]}]""" })
        {
            var response = await graph.SendAsync($"{graph.FirstAccount}/ads?{filter}");
            if (listed)
                Assert.Contains((await GraphCaller.ReadAsync(response)).GetProperty("data").EnumerateArray(), row => row.Text("id") == ad);
            else
                Assert.Equal((400, 100, null), await response.ErrorAsync());
        }
    }

    [Fact]
    public async Task The_words_of_the_ads_manager_filter_as_well()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads"))[0].Text("id");
        await graph.DeleteAsync(ad);

        var deleted = await graph.RowsAsync($$"""{{graph.FirstAccount}}/ads?limit=500&filtering=[{"field":"ad.delivery_info","operator":"IN","value":["deleted","permanently_deleted"]}]""");

        Assert.Contains(deleted, row => row.Text("id") == ad);
    }

    [Fact]
    public async Task Issues_and_reviews_show_only_where_there_are_some()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ads = await graph.RowsAsync($"{graph.FirstAccount}/ads?effective_status=[\"ACTIVE\"]");
        var (ails, refused) = (ads[0].Text("id"), ads[1].Text("id"));

        await graph.OrderAsync("entities", new { account = graph.FirstAccount, id = ails, issue_code = 1815869, issue_summary = "Zahlung" });
        await graph.OrderAsync("entities", new { account = graph.FirstAccount, id = refused, effective_status = "DISAPPROVED" });

        var first = await graph.GetAsync($"{ails}?fields=effective_status,issues_info,ad_review_feedback");
        Assert.Equal("WITH_ISSUES", first.Text("effective_status"));
        Assert.Equal((1815869, "AD"), (first.GetProperty("issues_info")[0].GetProperty("error_code").GetInt32(), first.GetProperty("issues_info")[0].Text("level")));
        Assert.False(first.TryGetProperty("ad_review_feedback", out _));
        var second = await graph.GetAsync($"{refused}?fields=effective_status,issues_info,ad_review_feedback");
        Assert.Equal("DISAPPROVED", second.Text("effective_status"));
        Assert.True(second.GetProperty("ad_review_feedback").TryGetProperty("global", out _));
        Assert.False(second.TryGetProperty("issues_info", out _));
    }

    [Fact]
    public async Task Updated_since_finds_what_changed_on_ad_sets_and_ads_alone()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads"))[0].Text("id");
        await graph.AdvanceAsync(TimeSpan.FromHours(1));
        await graph.PostAsync(ad, ("name", "Neuer Name"));
        var since = (GraphCaller.Noon + TimeSpan.FromMinutes(59)).ToUnixTimeSeconds();

        var changed = await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=name,updated_time&updated_since={since}");
        var filtered = await graph.RowsAsync($$"""{{graph.FirstAccount}}/ads?fields=name,updated_time&filtering=[{"field":"ad.updated_time","operator":"GREATER_THAN","value":{{since}}}]""");

        Assert.Equal([(ad, "Neuer Name")], changed.Select(row => (row.Text("id"), row.Text("name"))));
        Assert.Equal(changed.Select(row => row.GetRawText()), filtered.Select(row => row.GetRawText()));
        Assert.NotEmpty(await graph.RowsAsync($"{graph.FirstAccount}/campaigns?updated_since={since}"));
    }

    [Fact]
    public async Task A_start_that_was_never_set_is_the_second_before_the_epoch()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Now = GraphCaller.Noon, Accounts = 40 });
        var odd = new List<string>();
        foreach (var account in graph.Server.AccountIds)
            odd.AddRange((await graph.RowsAsync($"{account}/campaigns?fields=start_time&limit=500")).Select(row => row.Text("start_time")).Where(text => text.StartsWith("19", StringComparison.Ordinal)));

        Assert.NotEmpty(odd);
        Assert.All(odd, text => Assert.Matches("^19(69-12-31|70-01-01)T[0-9]{2}:[0-9]{2}:59[+-][0-9]{4}$", text));
    }

    [Fact]
    public async Task Fields_expand_into_parents_creatives_edges_and_insights()
    {
        await using var graph = await GraphCaller.StartAsync();
        var fields = Uri.EscapeDataString(
            "name,campaigns.limit(2){name,adsets.limit(1){name,targeting},insights.date_preset(last_7d){spend}},ads.limit(1).as(one){id,adset{name},campaign{objective},creative{id,title}}");

        var account = await graph.GetAsync($"{graph.FirstAccount}?fields={fields}");

        var campaigns = account.GetProperty("campaigns").GetProperty("data");
        Assert.Equal(2, campaigns.GetArrayLength());
        Assert.True(campaigns[0].GetProperty("adsets").GetProperty("data")[0].GetProperty("targeting").TryGetProperty("geo_locations", out _));
        Assert.Matches("^[0-9.]+$", campaigns[0].GetProperty("insights").GetProperty("data")[0].Text("spend"));
        var ad = account.GetProperty("one").GetProperty("data")[0];
        Assert.StartsWith("OUTCOME_", ad.GetProperty("campaign").Text("objective"), StringComparison.Ordinal);
        Assert.NotEmpty(ad.GetProperty("adset").Text("name"));
        Assert.NotEmpty(ad.GetProperty("creative").Text("title"));
        var rest = await graph.RowsFromAsync(GraphCaller.Link(account.GetProperty("campaigns"), "next"));
        Assert.Equal((await graph.RowsAsync($"{graph.FirstAccount}/campaigns?fields=name&limit=500")).Count, rest.Count + 2);
        Assert.Equal((400, 100, null), await (await graph.SendAsync($"{graph.FirstAccount}?fields=ads{{nonsense}}")).ErrorAsync());
        Assert.Equal((400, 2500, null), await (await graph.SendAsync($"{graph.FirstAccount}?fields=ads{{id")).ErrorAsync());
    }

    [Fact]
    public async Task A_creative_has_no_updated_time_and_its_pictures_move()
    {
        await using var graph = await GraphCaller.StartAsync();
        var creative = (await graph.RowsAsync($"{graph.FirstAccount}/adcreatives?fields=id,name,thumbnail_url,object_story_spec,account_id"))[0];
        await graph.AdvanceAsync(TimeSpan.FromDays(3));

        var later = await graph.GetAsync($"{creative.Text("id")}?fields=id,name,thumbnail_url");

        Assert.Equal(creative.Text("name"), later.Text("name"));
        Assert.NotEqual(creative.Text("thumbnail_url"), later.Text("thumbnail_url"));
        Assert.Equal((400, 100, null), await (await graph.SendAsync($"{creative.Text("id")}?fields=updated_time")).ErrorAsync());
        Assert.Equal(graph.FirstAccount, "act_" + creative.Text("account_id"));
    }

    [Fact]
    public async Task Several_ids_are_read_at_once_each_for_itself_and_all_or_nothing()
    {
        await using var graph = await GraphCaller.StartAsync();
        var ads = (await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=name")).Take(2).ToList();
        var ids = string.Join(',', ads.Select(ad => ad.Text("id")));

        var nodes = await graph.GetAsync($"?ids={ids},{graph.Server.AccountIds[1]}&fields=name");
        Assert.Equal(ads.Select(ad => ad.Text("name")), ads.Select(ad => nodes.GetProperty(ad.Text("id")).Text("name")));
        Assert.True(nodes.TryGetProperty(graph.Server.AccountIds[1], out _));
        var edges = await graph.GetAsync($"insights?ids={ids}&fields=spend&date_preset=last_90d");
        Assert.All(ads, ad => Assert.True(edges.GetProperty(ad.Text("id")).TryGetProperty("data", out _)));
        var header = (await graph.SendAsync($"?ids={ids},{graph.Server.AccountIds[1]}")).Headers.GetValues("X-Business-Use-Case-Usage").Single();
        Assert.Contains(graph.Server.AccountIds[1][4..], header, StringComparison.Ordinal);
        Assert.Contains(graph.FirstAccount[4..], header, StringComparison.Ordinal);
        Assert.Equal((400, 100, 33), await (await graph.SendAsync($"?ids={ids},1")).ErrorAsync());
        Assert.Equal((400, 100, null), await (await graph.SendAsync($"?ids={string.Join(',', Enumerable.Range(1, 51))}")).ErrorAsync());
    }

    [Fact]
    public async Task Budgets_are_minor_units_and_an_unused_one_is_0()
    {
        await using var graph = await GraphCaller.StartAsync();

        var sets = await graph.RowsAsync($"{graph.FirstAccount}/adsets?fields=daily_budget,lifetime_budget,budget_remaining&effective_status={Everything}");

        Assert.All(sets, set => Assert.Equal("0", set.Text("lifetime_budget")));
        Assert.All(sets, set => Assert.True(set.Number("daily_budget") >= 500));
    }

    [Fact]
    public async Task Businesses_own_accounts_and_accounts_can_fall_ill()
    {
        await using var graph = await GraphCaller.StartAsync();

        var businesses = await graph.RowsAsync("me/businesses");
        Assert.Equal(3, businesses.Count);
        var owned = await graph.RowsAsync($"{businesses[0].Text("id")}/owned_ad_accounts?fields=name,business{{id}}");
        Assert.Equal([graph.FirstAccount], owned.Select(row => row.Text("id")));
        Assert.Equal(businesses[0].Text("id"), owned[0].GetProperty("business").Text("id"));
        Assert.Empty(await graph.RowsAsync($"{businesses[0].Text("id")}/client_ad_accounts"));

        await graph.OrderAsync("accounts", new { account = graph.FirstAccount, account_status = 2, disable_reason = 3 });
        var account = await graph.GetAsync($"{graph.FirstAccount}?fields=account_status,disable_reason");
        Assert.Equal((2, 3), (account.GetProperty("account_status").GetInt32(), account.GetProperty("disable_reason").GetInt32()));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("campaign_id")]
    public async Task What_is_paused_delivers_no_more_until_it_is_switched_on(string level)
    {
        await using var graph = await GraphCaller.StartAsync();
        var call = $"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=5000&fields=ad_id,spend&{RowReading.Range("2026-02-01", "2026-04-04")}";
        var past = await graph.RowsAsync(call);
        var ad = (await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=campaign_id&effective_status=[\"ACTIVE\"]"))[0];

        await graph.PostAsync(ad.Text(level), ("status", "PAUSED"));
        graph.Server.Advance(TimeSpan.FromDays(15));
        await graph.PostAsync(ad.Text(level), ("status", "ACTIVE"));
        graph.Server.Advance(TimeSpan.FromDays(15));

        var rows = await graph.RowsAsync(call);
        var days = rows.Where(row => row.Text("ad_id") == ad.Text("id")).Select(row => row.Text("date_start")).ToList();
        Assert.Equal(past.Select(row => row.GetRawText()), rows.Where(row => string.CompareOrdinal(row.Text("date_start"), "2026-03-06") <= 0).Select(row => row.GetRawText()));
        Assert.DoesNotContain(days, day => string.CompareOrdinal(day, "2026-03-06") > 0 && string.CompareOrdinal(day, "2026-03-21") < 0);
        Assert.Contains(days, day => string.CompareOrdinal(day, "2026-03-21") >= 0);
        Assert.Equal(graph.Server.Truth(graph.FirstAccount, new DateOnly(2026, 2, 1), new DateOnly(2026, 4, 4)).Spend, rows.Sum("spend"));
    }
}
