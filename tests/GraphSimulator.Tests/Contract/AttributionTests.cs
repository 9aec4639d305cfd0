namespace MetaGrains.GraphSimulator.Tests.Contract;

/// <summary>Group 4, attribution: the value of a conversion follows its ad set's own setting.</summary>
public sealed class AttributionTests
{
    private const string Purchase = "offsite_conversion.fb_pixel_purchase";
    private const string Call = "insights?level=ad&limit=5000&fields=ad_id,attribution_setting,actions,action_values&action_attribution_windows=1d_click,7d_click,28d_click,1d_view";
    private static readonly string Range = RowReading.Range("2026-02-01", "2026-03-05");

    [Fact]
    public async Task Each_value_is_the_sum_of_the_windows_that_the_setting_names()
    {
        await using var graph = await StartAsync();
        var seen = new HashSet<string>();
        foreach (var account in graph.Server.AccountIds)
        {
            foreach (var row in await graph.RowsAsync($"{account}/{Call}&{Range}"))
            {
                if (!row.TryGetProperty("actions", out var actions))
                    continue;
                foreach (var element in actions.EnumerateArray().Where(element => element.Text("action_type") == Purchase))
                {
                    var setting = row.Text("attribution_setting");
                    var click = element.Number(setting.Contains("7d_click", StringComparison.Ordinal) ? "7d_click" : "1d_click");
                    Assert.Equal(click + (setting.Contains("1d_view", StringComparison.Ordinal) ? element.Number("1d_view") : 0), element.Number("value"));
                    seen.Add(setting);
                }
            }
        }

        Assert.Equal(["1d_click", "1d_view_1d_click", "1d_view_7d_click", "7d_click"], seen.Order());
    }

    [Fact]
    public async Task Parents_of_several_settings_say_multiple_and_parts_still_add_up()
    {
        await using var graph = await StartAsync();
        var account = graph.FirstAccount;

        var whole = await graph.RowsAsync($"{account}/{Call}&{Range}");
        var parts = await graph.RowsAsync($"{account}/{Call}&{Range}&breakdowns=age");
        var parent = (await graph.RowsAsync($"{account}/insights?fields=attribution_setting,actions&{Range}"))[0];

        Assert.Equal("multiple", parent.Text("attribution_setting"));
        Assert.Equal(whole.Actions(), parts.Actions());
        Assert.Equal(whole.Actions(), new[] { parent }.Actions());
        Assert.Equal(whole.Actions("action_values"), parts.Actions("action_values"));
    }

    [Fact]
    public async Task The_truth_knows_the_conversions_too()
    {
        await using var graph = await StartAsync();
        var account = graph.FirstAccount;
        for (var step = 0; step < 3; step++)
        {
            var rows = await graph.RowsAsync($"{account}/insights?level=ad&limit=5000&fields=actions,action_values&{RowReading.Range("2026-03-01", "2026-03-20")}");
            var truth = (await graph.ControlAsync($"truth?account={account}&since=2026-03-01&until=2026-03-20")).GetProperty("actions");

            Assert.Equal(rows.Actions(), truth.EnumerateObject().ToDictionary(type => type.Name, type => type.Value.GetProperty("count").GetDecimal()));
            Assert.Equal(
                rows.Actions("action_values"),
                truth.EnumerateObject().Where(type => type.Value.TryGetProperty("value", out _)).ToDictionary(type => type.Name, type => type.Value.GetProperty("value").GetDecimal()));
            graph.Server.Advance(TimeSpan.FromDays(5));
        }
    }

    private static Task<GraphCaller> StartAsync() => GraphCaller.StartAsync(
        new GraphSimulatorOptions { Now = GraphCaller.Noon, Accounts = 12, MixedAttribution = true, Restates = true });
}
