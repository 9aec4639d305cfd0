using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;
using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Revisions;

/// <summary>The account is in Prague: its 4 March 2026 is over at 23:00 UTC.</summary>
public class RevisionTests
{
    /// <summary>Memory for staged pages: where they wait changes nothing.</summary>
    protected virtual long StagingBytes => 64 << 20;

    private const string Ledger = "select entity_id, date, metric, trim_scale(old_value), trim_scale(new_value), reason from meta_insights_revisions order by 2, 1, 3";

    private static readonly DateOnly First = WarehouseFixture.Week.Since;
    private static readonly DateOnly Last = WarehouseFixture.Week.Until;

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 4, 22, 59, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_change_of_a_day_that_was_over_at_the_publish_before_is_written_down_and_of_an_open_one_not()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 5m), WarehouseFixture.AdRow(1, Last, 7m)]);

        // It is 23:59 in Prague: the last day was open a moment ago, and the first one over.
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 6m), WarehouseFixture.AdRow(1, Last, 8m)]);

        Assert.Equal(["(70001,2026-02-26,spend,5,6,restated)"], await warehouse.Database.RowsAsync(Ledger));
    }

    [Fact]
    public async Task The_day_that_was_open_at_the_publish_before_makes_no_revision_even_if_it_is_over_now()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 7m)]);
        _time.Advance(TimeSpan.FromMinutes(2));

        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 8m)]);
        Assert.Empty(await warehouse.Database.RowsAsync(Ledger));
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 9m)]);

        Assert.Equal(["(70001,2026-03-04,spend,8,9,restated)"], await warehouse.Database.RowsAsync(Ledger));
    }

    [Fact]
    public async Task A_row_that_appears_is_backfilled_and_one_that_vanishes_is_restated_to_nothing()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 5m)]);

        await warehouse.PublishAsync([WarehouseFixture.AdRow(2, First, 3m)]);

        Assert.Equal(
            ["(70001,2026-02-26,spend,5,,restated)", "(70002,2026-02-26,spend,,3,backfilled)"],
            await warehouse.Database.RowsAsync(Ledger.Replace("order by", "where metric = 'spend' order by", StringComparison.Ordinal)));
        // impressions, clicks, reach, conversions, purchases, purchase_value, leads and revenue beside spend, twice
        Assert.Equal(18, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_revisions"));
    }

    [Fact]
    public async Task A_change_of_a_final_day_is_a_correction()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 5m)]);
        _time.Advance(TimeSpan.FromDays(29));
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 6m)]);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, First, 7m)]);

        Assert.Equal(["(restated)", "(corrected)"], await warehouse.Database.RowsAsync("select reason from meta_insights_revisions order by old_value"));
    }

    [Fact]
    public async Task A_report_that_asks_otherwise_or_another_attribution_setting_changes_the_shape()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        var row = WarehouseFixture.AdRow(1, First, 5m);
        await warehouse.PublishAsync([row, WarehouseFixture.AdRow(2, First, 5m)]);

        await warehouse.PublishAsync([row with { AttributionSetting = "1d_view_7d_click", Spend = 6m }, WarehouseFixture.AdRow(2, First, 6m)]);
        Assert.Equal(
            ["(70001,2026-02-26,spend,5,6,shape_changed)", "(70002,2026-02-26,spend,5,6,restated)"],
            await warehouse.Database.RowsAsync(Ledger));

        var slice = await warehouse.StageAsync([row with { AttributionSetting = "1d_view_7d_click", Spend = 6m }, WarehouseFixture.AdRow(2, First, 9m)]);
        var reshaped = slice with { Report = slice.Report with { AttributionWindows = ["1d_click"] } };
        await warehouse.Store.PublishAsync(reshaped, 2, default);

        Assert.Equal(["(9,shape_changed)"], await warehouse.Database.RowsAsync("select trim_scale(new_value), reason from meta_insights_revisions where old_value = 6"));
    }

    [Fact]
    public async Task A_reread_of_days_that_did_not_change_writes_no_row_of_any_table()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3, spend: 2m));
        var before = await warehouse.SnapshotAsync();

        await warehouse.PublishAsync(WarehouseFixture.AdRows(3, spend: 2m));

        Assert.Equal(before, await warehouse.SnapshotAsync());
    }

    [Fact]
    public async Task The_fact_as_of_a_moment_is_what_was_published_then()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        const string AsOf = "select entity_id, date, trim_scale(spend), impressions, exact from insights_as_of($1) order by 2, 1";
        var moments = new List<(DateTime At, IReadOnlyList<string> Rows)>();
        InsightRow[][] publishes =
        [
            [WarehouseFixture.AdRow(1, First, 5m), WarehouseFixture.AdRow(2, First, 1m)],
            [WarehouseFixture.AdRow(1, First, 6m), WarehouseFixture.AdRow(2, First, 1m)],
            [WarehouseFixture.AdRow(1, First, 6m)],
            [WarehouseFixture.AdRow(1, First, 6m), WarehouseFixture.AdRow(2, First, 4m), WarehouseFixture.AdRow(3, First, 2m)],
            [WarehouseFixture.AdRow(1, First, 9m), WarehouseFixture.AdRow(2, First, 4m), WarehouseFixture.AdRow(3, First, 2m)],
        ];
        foreach (var rows in publishes)
        {
            await warehouse.PublishAsync(rows);
            var at = _time.GetUtcNow().UtcDateTime;
            moments.Add((at, await warehouse.Database.RowsAsync("select entity_id, date, trim_scale(spend), impressions, true from meta_insights_daily order by 2, 1")));
            _time.Advance(TimeSpan.FromHours(1));
        }

        foreach (var (at, rows) in moments)
            Assert.Equal(rows, await warehouse.Database.RowsAsync(AsOf, at));
        Assert.Empty(await warehouse.Database.RowsAsync(AsOf, moments[0].At.AddSeconds(-1)));
    }

    [Fact]
    public async Task What_changed_while_its_day_was_open_is_not_claimed_to_be_exact()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 7m)]);
        var then = _time.GetUtcNow().UtcDateTime;
        _time.Advance(TimeSpan.FromSeconds(30));
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 8m)]);

        Assert.Equal(["(8,f)"], await warehouse.Database.RowsAsync("select trim_scale(spend), exact from insights_as_of($1)", then));
        Assert.Equal(["(8,t)"], await warehouse.Database.RowsAsync("select trim_scale(spend), exact from insights_as_of($1)", _time.GetUtcNow().UtcDateTime));
    }

    [Fact]
    public async Task A_day_is_open_then_provisional_then_final()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        const string Finality = "select finality, is_final, closed_at is null, final_at is null from meta_day_finality where date = $1";
        var rows = new[] { WarehouseFixture.AdRow(1, Last, 7m) };
        await warehouse.PublishAsync(rows);
        Assert.Equal(["(open,f,t,t)"], await warehouse.Database.RowsAsync(Finality, Last));

        _time.Advance(TimeSpan.FromMinutes(2));
        await warehouse.PublishAsync(rows);
        Assert.Equal(["(provisional,f,f,t)"], await warehouse.Database.RowsAsync(Finality, Last));

        _time.Advance(TimeSpan.FromDays(28));
        await warehouse.PublishAsync(rows);
        Assert.Equal(["(final,t,f,f)"], await warehouse.Database.RowsAsync(Finality, Last));
        await warehouse.PublishAsync([WarehouseFixture.AccountRow(Last, 7m)], InsightsLevel.Account);
        Assert.Equal(["(final,t,f,f)"], await warehouse.Database.RowsAsync(Finality, Last));
    }

    [Fact]
    public async Task A_zone_that_the_server_does_not_know_closes_a_day_only_when_it_is_over_everywhere()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        await warehouse.Database.ExecuteAsync("update ad_accounts set timezone_name = 'Mars/Olympus'");

        _time.Advance(TimeSpan.FromHours(12));
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 7m)]);
        Assert.Equal(6, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_days"));
        _time.Advance(TimeSpan.FromHours(2));
        await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, 7m)]);

        Assert.Equal(7, await warehouse.Database.ScalarAsync<long>("select count(*) from meta_insights_days"));
    }

    [Fact]
    public async Task The_settling_curve_says_how_much_of_the_final_spend_was_known_after_n_days()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time, StagingBytes);
        var day = new DateRange(Last, Last);
        // Known: 6 at the end of the day, 9 after three days, 10 after ten, final after 29.
        foreach (var (minutes, spend) in new[] { (2, 6m), (3 * 1440, 9m), (7 * 1440, 10m), (19 * 1440, 10m) })
        {
            _time.Advance(TimeSpan.FromMinutes(minutes));
            await warehouse.PublishAsync([WarehouseFixture.AdRow(1, Last, spend)], days: day);
        }

        Assert.Equal(
            ["(1,0.6,1)", "(2,0.6,1)", "(3,0.6,1)", "(4,0.9,1)", "(10,0.9,1)", "(11,1,1)", "(28,1,1)"],
            await warehouse.Database.RowsAsync("select days_after, trim_scale(known_share), days from meta_settling_curve where days_after in (1, 2, 3, 4, 10, 11, 28) order by 1"));
        Assert.Equal("1", await warehouse.Database.ScalarAsync<string>("select count(distinct currency)::text from meta_settling_curve"));
    }
}
