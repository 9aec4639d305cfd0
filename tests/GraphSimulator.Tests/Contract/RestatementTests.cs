namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 4, the part of time: young days move for 28 days, and the truth moves with them.</summary>
public sealed class RestatementTests
{
    private const string Fields = "fields=ad_id,spend,impressions,clicks,actions";
    private static readonly GraphSimulatorOptions Restating =
        new() { Now = GraphCaller.Noon, Restates = true, TimeProvider = new Testing.FixedClock(GraphCaller.Noon) };

    [Fact]
    public async Task A_day_moves_for_28_days_and_then_no_more()
    {
        await using var graph = await GraphCaller.StartAsync(Restating with { Accounts = 12 });
        var purchases = new List<decimal>();
        var texts = new List<string>();
        for (var day = 0; day < 32; day++)
        {
            texts.Add(await graph.GetTextAsync($"{graph.FirstAccount}/insights?level=ad&limit=1000&{Fields}&{RowReading.Range("2026-03-06", "2026-03-06")}"));
            purchases.Add(0);
            foreach (var account in graph.Server.AccountIds)
                purchases[^1] += (await graph.RowsAsync($"{account}/insights?{Fields}&{RowReading.Range("2026-03-06", "2026-03-06")}")).Actions().GetValueOrDefault("purchase");
            await graph.AdvanceAsync(TimeSpan.FromDays(1));
        }

        Assert.Equal(purchases.Order(), purchases);
        Assert.True(purchases[28] > purchases[1]);
        Assert.Single(texts[28..].Distinct());
        Assert.NotEqual(texts[2], texts[20]);
    }

    [Fact]
    public async Task Today_fills_up_and_answers_agree_with_the_truth_at_every_moment()
    {
        await using var graph = await GraphCaller.StartAsync(Restating with { Now = new DateTimeOffset(2026, 3, 6, 0, 0, 0, TimeSpan.FromHours(1)) });
        var impressions = new List<decimal>();
        for (var hour = 0; hour < 72; hour += 3)
        {
            var rows = await graph.RowsAsync($"{graph.FirstAccount}/insights?level=ad&time_increment=1&limit=1000&{Fields}&{RowReading.Range("2026-03-04", "2026-03-10")}");
            var truth = graph.Server.Truth(graph.FirstAccount, new DateOnly(2026, 3, 4), new DateOnly(2026, 3, 10));
            Assert.Equal((truth.Rows, truth.Spend, (decimal)truth.Impressions), ((long)rows.Count, rows.Sum("spend"), rows.Sum("impressions")));
            if (hour < 24)
                impressions.Add(rows.Where(row => row.Text("date_start") == "2026-03-06").Sum("impressions"));
            await graph.AdvanceAsync(TimeSpan.FromHours(3));
        }

        Assert.Equal(impressions.Order(), impressions);
        Assert.True(impressions[^1] > impressions[1] * 3);
    }

    [Fact]
    public async Task The_hours_to_come_have_no_rows_yet()
    {
        await using var graph = await GraphCaller.StartAsync(Restating);

        var rows = await graph.RowsAsync($"{graph.FirstAccount}/insights?date_preset=today&limit=100&breakdowns=hourly_stats_aggregated_by_advertiser_time_zone");

        // Noon UTC+1 in the account's zone: 11:00 UTC is 12 or 13 o'clock there.
        Assert.InRange(rows.Count, 10, 14);
    }

    [Fact]
    public async Task Old_days_read_the_same_as_without_restatement()
    {
        await using var moving = await GraphCaller.StartAsync(Restating);
        await using var still = await GraphCaller.StartAsync(Restating with { Restates = false });
        var call = $"{moving.FirstAccount}/insights?level=ad&time_increment=1&limit=5000&{Fields}&{RowReading.Range("2026-01-01", "2026-02-06")}";

        Assert.Equal(await still.GetTextAsync(call), await moving.GetTextAsync(call));
    }

    [Fact]
    public async Task A_day_that_is_not_over_holds_together()
    {
        await using var graph = await GraphCaller.StartAsync(Restating with { Accounts = 12 });
        foreach (var account in graph.Server.AccountIds)
        {
            foreach (var row in await graph.RowsAsync($"{account}/insights?level=ad&limit=1000&date_preset=today&{Fields},reach"))
            {
                var actions = new[] { row }.Actions();
                Assert.True(row.Number("reach") <= row.Number("impressions") && row.Number("clicks") <= row.Number("impressions"));
                Assert.True(actions.GetValueOrDefault("link_click") <= row.Number("clicks"));
                Assert.True(actions.GetValueOrDefault("landing_page_view") <= actions.GetValueOrDefault("link_click"));
            }
        }
    }
}
