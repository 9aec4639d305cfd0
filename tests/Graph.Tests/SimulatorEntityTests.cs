using System.Collections.Immutable;
using MetaGrains.Core.Entities;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Graph.Tests;

/// <summary>Campaigns, ad sets, ads and creatives against the simulator, over a socket.</summary>
public sealed class SimulatorEntityTests
{
    private static readonly ImmutableArray<string> Every =
        ["ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "WITH_ISSUES", "ARCHIVED", "DELETED"];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task All_four_kinds_are_walked_over_pages_and_hang_together(int pageSize)
    {
        await using var graph = await SimulatedGraph.StartAsync(configure: options => options.EntitiesPageLimit = pageSize);
        var account = graph.Account();

        var campaigns = await ListAsync(graph, new CampaignQuery(account) { Statuses = Every });
        var adSets = await ListAsync(graph, new AdSetQuery(account) { Statuses = Every });
        var ads = await ListAsync(graph, new AdQuery(account) { Statuses = Every });
        var creatives = await ListAsync(graph, new CreativeQuery(account));

        foreach (var records in new IReadOnlyList<EntityRecord>[] { campaigns, adSets, ads, creatives })
        {
            Assert.NotEmpty(records);
            Assert.Equal(records.Count, records.DistinctBy(record => record.Id).Count());
            Assert.All(records, record => Assert.Equal(record.Id, record.Raw.GetProperty("id").GetString()));
        }

        Assert.All(campaigns, campaign => Assert.True(campaign.Objective is not null && campaign.CreatedTime is not null));
        Assert.All(adSets, adSet => Assert.Contains(campaigns, campaign => campaign.Id == adSet.CampaignId));
        Assert.All(ads, ad => Assert.Contains(adSets, adSet => adSet.Id == ad.AdsetId && adSet.CampaignId == ad.CampaignId));
        Assert.All(ads, ad => Assert.Contains(creatives, creative => creative.Id == ad.CreativeId));
        // What delivered is there to be listed.
        var rows = (await graph.Client.ReadAllAsync(graph.Query(), SimulatedGraph.Token)).SelectMany(page => page.Rows).ToList();
        Assert.All(rows.Select(row => row.AdId).Distinct(), id => Assert.Contains(ads, ad => ad.Id == id));
    }

    [Fact]
    public async Task Without_statuses_what_is_archived_or_deleted_is_left_out_and_a_census_names_the_same()
    {
        await using var graph = await SimulatedGraph.StartAsync(configure: options => options.EntitiesPageLimit = 3);
        var account = graph.Account();

        var all = await ListAsync(graph, new AdQuery(account) { Statuses = Every });
        var shown = await ListAsync(graph, new AdQuery(account));
        var census = await CensusAsync(graph, new AdQuery(account));

        Assert.Contains(all, ad => ad.EffectiveStatus is "ARCHIVED" or "DELETED");
        Assert.Equal(all.Where(ad => ad.EffectiveStatus is not ("ARCHIVED" or "DELETED")).Select(ad => ad.Id), shown.Select(ad => ad.Id));
        Assert.Equal(shown.Select(ad => ad.Id), census);
    }

    [Fact]
    public async Task The_edges_of_parents_add_up_to_the_accounts()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        var account = graph.Account();
        var campaigns = await ListAsync(graph, new CampaignQuery(account) { Statuses = Every });
        var (adSets, ads) = (new List<string>(), new List<string>());
        foreach (var campaign in campaigns)
        {
            adSets.AddRange((await ListAsync(graph, new AdSetQuery(account) { CampaignId = campaign.Id, Statuses = Every })).Select(adSet => adSet.Id));
            ads.AddRange((await ListAsync(graph, new AdQuery(account) { ParentId = campaign.Id, Statuses = Every })).Select(ad => ad.Id));
        }

        Assert.Equal((await CensusAsync(graph, new AdSetQuery(account) { Statuses = Every })).Order(StringComparer.Ordinal), adSets.Order(StringComparer.Ordinal));
        Assert.Equal((await CensusAsync(graph, new AdQuery(account) { Statuses = Every })).Order(StringComparer.Ordinal), ads.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_what_changed_since_then_comes_back_of_every_kind_that_knows_its_changes()
    {
        await using var graph = await SimulatedGraph.StartAsync();
        var account = graph.Account();
        var since = graph.Time.GetUtcNow().AddDays(1);
        var (campaign, adSet, ad) = (
            (await CensusAsync(graph, new CampaignQuery(account)))[0], (await CensusAsync(graph, new AdSetQuery(account)))[0], (await CensusAsync(graph, new AdQuery(account)))[0]);
        graph.Time.Advance(TimeSpan.FromDays(2));
        foreach (var id in new[] { campaign, adSet, ad })
            await graph.ControlAsync("entities", $$"""{"account":"{{account}}","id":"{{id}}","name":"Renamed"}""");

        var campaigns = await ListAsync(graph, new CampaignQuery(account) { UpdatedSince = since });
        var adSets = await ListAsync(graph, new AdSetQuery(account) { UpdatedSince = since });
        var ads = await ListAsync(graph, new AdQuery(account) { UpdatedSince = since });

        Assert.Contains((campaign, "Renamed"), campaigns.Select(one => (one.Id, one.Name!)));
        Assert.Contains((adSet, "Renamed"), adSets.Select(one => (one.Id, one.Name!)));
        Assert.Contains((ad, "Renamed"), ads.Select(one => (one.Id, one.Name!)));
        Assert.All(campaigns.Select(one => one.UpdatedTime).Concat(adSets.Select(one => one.UpdatedTime)).Concat(ads.Select(one => one.UpdatedTime)), changed => Assert.True(changed >= since, $"changed {changed}"));
    }

    [Fact]
    public async Task Where_Meta_lists_no_deleted_objects_the_refusal_is_told_and_reading_by_id_still_works()
    {
        await using var graph = await SimulatedGraph.StartAsync(new GraphSimulatorOptions { Seed = 7, DeletedOnEdges = DeletedOnEdges.Reject });
        var account = graph.Account();
        var ad = (await CensusAsync(graph, new AdQuery(account)))[0];
        await graph.ControlAsync("entities", $$"""{"account":"{{account}}","id":"{{ad}}","status":"DELETED","effective_status":"DELETED"}""");

        var failure = await Assert.ThrowsAsync<GraphException>(() => ListAsync(graph, new AdQuery(account) { Statuses = Every }));
        var reads = await graph.Client.Entities.GetAsync(EntityEdges.Ads, account, [ad], SimulatedGraph.Token, Core.Sync.CallPermits.Unlimited, CancellationToken.None);

        Assert.Equal(GraphErrorKind.Permanent, failure.Kind);
        Assert.Equal("DELETED", Assert.Single(reads.Found).EffectiveStatus);
        Assert.DoesNotContain(ad, await CensusAsync(graph, new AdQuery(account)));
    }

    private static async Task<IReadOnlyList<T>> ListAsync<T>(SimulatedGraph graph, EntityQuery<T> query)
        where T : EntityRecord
    {
        var records = new List<T>();
        await foreach (var page in graph.Client.Entities.ListAsync(query, SimulatedGraph.Token, CancellationToken.None))
            records.AddRange(page.Items);
        return records;
    }

    private static async Task<IReadOnlyList<string>> CensusAsync<T>(SimulatedGraph graph, EntityQuery<T> query)
        where T : EntityRecord
    {
        var ids = new List<string>();
        await foreach (var page in graph.Client.Entities.CensusAsync(query, SimulatedGraph.Token, CancellationToken.None))
            ids.AddRange(page.Items);
        return ids;
    }
}
