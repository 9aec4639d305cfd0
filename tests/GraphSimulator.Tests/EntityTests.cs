namespace MetaGrains.GraphSimulator.Tests;

public sealed class EntityTests
{
    [Fact]
    public async Task Ids_look_like_Metas_and_lead_to_their_objects()
    {
        await using var graph = await GraphCaller.StartAsync();
        foreach (var account in graph.Server.AccountIds)
        {
            Assert.Matches("^act_[1-9][0-9]{14}$", account);
            foreach (var kind in new[] { "campaigns", "adsets", "ads" })
            {
                foreach (var entity in await graph.RowsAsync($"{account}/{kind}?fields=name,account_id&limit=100"))
                {
                    Assert.Matches("^[1-9][0-9]{17}$", entity.Text("id"));
                    var read = await graph.GetAsync($"{entity.Text("id")}?fields=name,account_id");
                    Assert.Equal(entity.GetRawText(), read.GetRawText());
                    Assert.Equal(account, "act_" + read.Text("account_id"));
                }
            }
        }
    }

    [Fact]
    public async Task The_tree_holds_together()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Accounts = 20, Now = GraphCaller.Noon });
        foreach (var account in graph.Server.AccountIds)
        {
            var all = """&effective_status=["ACTIVE","PAUSED","ARCHIVED","DELETED","CAMPAIGN_PAUSED","ADSET_PAUSED","WITH_ISSUES"]&limit=1000""";
            var campaigns = (await graph.RowsAsync($"{account}/campaigns?fields=objective{all}")).Select(row => row.Text("id")).ToHashSet();
            var adSets = (await graph.RowsAsync($"{account}/adsets?fields=campaign_id{all}")).ToDictionary(row => row.Text("id"), row => row.Text("campaign_id"));
            var ads = await graph.RowsAsync($"{account}/ads?fields=adset_id,campaign_id,creative{{id}},created_time{all}");
            Assert.NotEmpty(ads);
            Assert.All(adSets.Values, campaign => Assert.Contains(campaign, campaigns));
            Assert.All(ads, ad => Assert.Equal(adSets[ad.Text("adset_id")], ad.Text("campaign_id")));
            Assert.All(ads, ad => Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{4}$", ad.Text("created_time")));
            Assert.All(ads, ad => Assert.NotEmpty(ad.GetProperty("creative").Text("id")));
            var some = campaigns.First();
            Assert.Equal(adSets.Count(pair => pair.Value == some), (await graph.RowsAsync($"{some}/adsets?fields=id{all}")).Count);
        }
    }

    [Fact]
    public async Task Archived_and_deleted_objects_hide_until_they_are_asked_for()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Accounts = 40, Now = GraphCaller.Noon });
        var found = 0;
        foreach (var account in graph.Server.AccountIds)
        {
            var shown = await graph.RowsAsync($"{account}/ads?fields=effective_status&limit=1000");
            Assert.DoesNotContain(shown, row => row.Text("effective_status") is "ARCHIVED" or "DELETED");
            var filter = Uri.EscapeDataString("""[{"field":"ad.effective_status","operator":"IN","value":["ARCHIVED","DELETED"]}]""");
            var hidden = await graph.RowsAsync($"{account}/ads?fields=effective_status&limit=1000&filtering={filter}");
            Assert.All(hidden, row => Assert.True(row.Text("effective_status") is "ARCHIVED" or "DELETED"));
            found += hidden.Count;
            foreach (var row in hidden.Take(1))
                Assert.Equal(row.GetRawText(), (await graph.GetAsync($"{row.Text("id")}?fields=effective_status")).GetRawText());
        }

        Assert.True(found > 0);
    }

    [Fact]
    public async Task Paging_through_entities_visits_each_once_and_cursors_are_ids()
    {
        await using var graph = await GraphCaller.StartAsync();
        var whole = await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=name&limit=1000");
        var paged = await graph.RowsAsync($"{graph.FirstAccount}/ads?fields=name&limit=2");
        Assert.Equal(whole.Select(row => row.GetRawText()), paged.Select(row => row.GetRawText()));
        var page = await graph.GetAsync($"{graph.FirstAccount}/ads?limit=2");
        Assert.True(Http.Cursors.TryRead(page.GetProperty("paging").GetProperty("cursors").Text("after"), out var id));
        Assert.Equal(page.GetProperty("data")[1].Text("id"), id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task All_accounts_of_the_token_are_listed_in_pages()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Accounts = 60, Now = GraphCaller.Noon });
        var rows = await graph.RowsAsync("me/adaccounts?fields=id,account_id,name,currency,timezone_name,account_status,amount_spent,business{id,name}");
        Assert.Equal(graph.Server.AccountIds, rows.Select(row => row.Text("id")));
        Assert.Contains(rows, row => row.Text("currency") == "USD");
        Assert.True(rows.Select(row => row.Text("timezone_name")).Distinct().Count() > 3);
        Assert.All(rows, row => Assert.Matches("^[0-9]+$", row.Text("amount_spent")));
        Assert.Equal(1, rows[0].GetProperty("account_status").GetInt32());
    }

    [Fact]
    public async Task Accounts_differ_in_size_as_real_ones_do()
    {
        await using var graph = await GraphCaller.StartAsync(new GraphSimulatorOptions { Accounts = 1_000, Now = GraphCaller.Noon });
        var answer = await GraphCaller.ReadAsync(await graph.Client.GetAsync(new Uri("_sim/accounts?limit=1000", UriKind.Relative)));
        var sizes = answer.GetProperty("accounts").EnumerateArray().Select(account => account.GetProperty("ads").GetInt32()).ToList();
        Assert.True(sizes.Count(size => size is >= 3 and <= 40) > 700);
        Assert.Contains(sizes, size => size > 150);
    }
}
