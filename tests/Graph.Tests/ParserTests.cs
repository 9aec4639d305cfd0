using System.Text;
using MetaGrains.Core.Insights;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ParserTests
{
    [Fact]
    public void A_row_is_read_with_every_field()
    {
        var text = Pages.Row(4, Pages.Actions);
        var row = Pages.OneRow(text);

        Assert.Equal(new DateOnly(2026, 2, 3), row.Date);
        Assert.Equal("23843000000000004", row.CampaignId);
        Assert.Equal("23844000000000004", row.AdSetId);
        Assert.Equal("23845000000000004", row.AdId);
        Assert.Equal("EUR", row.Currency);
        Assert.Equal("7d_click", row.AttributionSetting);
        Assert.Equal((12, 4, 8), (row.Impressions, row.Clicks, row.Reach));
        Assert.Equal(4.25m, row.Spend);
        Assert.Equal(new ConversionTotals(3, 150.50m, 0, 0), row.Conversions);
        Assert.Equal("", row.BreakdownKey);
        Assert.Equal("", row.Breakdowns);
        Assert.Equal(text, row.Raw);
    }

    [Fact]
    public void Numbers_may_be_bare_and_ids_may_be_numbers()
    {
        var row = Pages.OneRow(
            """{"account_id":361744628296290,"account_currency":"EUR","campaign_id":1,"adset_id":2,"ad_id":23845000000000001,"impressions":7,"spend":1.5,"date_start":"2026-02-03"}""");

        Assert.Equal("23845000000000001", row.AdId);
        Assert.Equal((7, 0, null), (row.Impressions, row.Clicks, row.Reach));
        Assert.Equal(1.5m, row.Spend);
        Assert.Equal("", row.AttributionSetting);
    }

    [Fact]
    public void Unknown_fields_and_dates_of_1969_are_ignored()
    {
        var row = Pages.OneRow(Pages.Row(1, """ "created_time":"1969-12-31T15:59:59-0800","x":{"y":[1,{"z":null}]},"ctr":"4.86","""));

        Assert.Equal(3, row.Impressions);
    }

    [Fact]
    public void Escapes_in_names_and_values_are_understood()
    {
        var row = Pages.OneRow(Pages.Row().Replace("\"spend\"", "\"sp\\u0065nd\"", StringComparison.Ordinal)
            .Replace("\"1.25\"", "\"1\\u002e25\"", StringComparison.Ordinal));

        Assert.Equal(1.25m, row.Spend);
    }

    [Theory]
    [InlineData(InsightsLevel.Account)]
    [InlineData(InsightsLevel.Campaign)]
    [InlineData(InsightsLevel.AdSet)]
    [InlineData(InsightsLevel.Ad)]
    public void Ids_below_the_level_are_left_out(InsightsLevel level)
    {
        var row = Pages.OneRow(Pages.Row(), Pages.Query(level));

        Assert.Equal(level >= InsightsLevel.Campaign, row.CampaignId is not null);
        Assert.Equal(level >= InsightsLevel.AdSet, row.AdSetId is not null);
        Assert.Equal(level >= InsightsLevel.Ad, row.AdId is not null);
    }

    [Fact]
    public void Breakdowns_become_a_key_and_an_object_in_name_order()
    {
        var query = Pages.Query(breakdowns: ["gender", "age"]);
        var row = Pages.OneRow(Pages.Row(1, """ "gender":"male","age":"25-34","""), query);

        Assert.Equal("age=25-34,gender=male", row.BreakdownKey);
        Assert.Equal("""{"age":"25-34","gender":"male"}""", row.Breakdowns);
    }

    [Fact]
    public void A_breakdown_that_is_missing_or_null_is_empty()
    {
        var query = Pages.Query(breakdowns: ["hourly_stats_aggregated_by_advertiser_time_zone", "age"]);
        var row = Pages.OneRow(Pages.Row(1, """ "age":null,"""), query);

        Assert.Equal("age=,hourly_stats_aggregated_by_advertiser_time_zone=", row.BreakdownKey);
    }

    [Fact]
    public void Separators_in_breakdown_values_are_escaped()
    {
        var query = Pages.Query(breakdowns: ["region"]);
        var row = Pages.OneRow(Pages.Row(1, """ "region":"a,b=c\\d \u00cele \"q\"","""), query);

        Assert.Equal("""region=a\,b\=c\\d Île "q" """.TrimEnd(), row.BreakdownKey);
        Assert.Equal("""{"region":"a,b=c\\d Île \"q\""}""", row.Breakdowns);
    }

    [Fact]
    public void An_asset_breakdown_is_known_by_its_id()
    {
        var query = Pages.Query(breakdowns: ["image_asset"]);
        var row = Pages.OneRow(Pages.Row(1, """ "image_asset":{"hash":"x","id":"77","tags":[1]},"""), query);

        Assert.Equal("image_asset=77", row.BreakdownKey);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[],"paging":{}}""")]
    [InlineData("""{"data":[],"paging":null}""")]
    [InlineData("""{"summary":{"spend":"1"},"data":[],"paging":{"cursors":{"before":"a","after":"b"},"previous":"https://x"}}""")]
    [InlineData(" \n{\"data\":[]}\n ")]
    public void An_answer_without_next_is_the_last_page(string body)
    {
        using var page = Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(body)).Page;

        Assert.NotNull(page);
        Assert.Equal(0, page.Rows.Length);
        Assert.Equal(body.Length, page.Bytes);
    }

    [Fact]
    public void The_cursor_is_taken_from_next_when_cursors_are_missing()
    {
        var answer = Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(
            """{"data":[],"paging":{"next":"https:\/\/x\/y?access_token=secret&after=Mg%3D%3D&limit=1"}}"""));
        answer.Page!.Dispose();

        Assert.Equal(new PagingLinks(true, "Mg=="), answer.Paging);
    }

    [Fact]
    public void An_error_in_a_successful_answer_wins_over_its_rows()
    {
        var answer = Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(
            $$$"""{"data":[{{{Pages.Row()}}}],"error":{"code":2,"message":"temporarily"}}"""));

        Assert.Null(answer.Page);
        Assert.Equal(2, answer.Error!.Code);
    }

    [Theory]
    [InlineData("https://x?after=NQ")]
    [InlineData("https://x?after=")]
    public void Cursors_that_disagree_are_refused_because_one_of_them_skips_rows(string next) =>
        Assert.Contains(
            "elsewhere",
            Pages.Refusal($$$"""{"data":[],"paging":{"cursors":{"after":"MQ"},"next":"{{{next}}}"}}"""),
            StringComparison.Ordinal);
}
