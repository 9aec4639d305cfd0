using System.Text;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class ParserRefusalTests
{
    [Theory]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":\"-3\"", "impressions is no whole number")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":\"3.5\"", "impressions is no whole number")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":\"\"", "impressions is no whole number")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":\"99999999999999999999\"", "impressions is no whole number")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":[3]", "impressions is StartArray")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":true", "impressions is True")]
    [InlineData("\"impressions\":\"3\"", "\"impressions\":\"3\",\"impressions\":\"4\"", "impressions appears twice")]
    [InlineData("\"spend\":\"1.25\"", "\"spend\":\"-1.25\"", "spend is no exact amount")]
    [InlineData("\"spend\":\"1.25\"", "\"spend\":\"1,25\"", "spend is no exact amount")]
    [InlineData("\"spend\":\"1.25\"", "\"spend\":\"1.00000000000000000000000000001\"", "spend is no exact amount")]
    [InlineData("\"spend\":\"1.25\"", "\"spend\":\"NaN\"", "spend is no exact amount")]
    [InlineData("\"account_id\":\"361744628296290\"", "\"account_id\":\"361744628296291\"", "another account")]
    [InlineData("\"account_currency\":\"EUR\",", "", "no account_currency")]
    [InlineData("\"EUR\"", "\"euro\"", "account_currency is no ISO")]
    [InlineData("\"ad_id\":\"23845000000000001\",", "", "no ad_id")]
    [InlineData("\"ad_id\":\"23845000000000001\"", "\"ad_id\":null", "no ad_id")]
    [InlineData("\"ad_id\":\"23845000000000001\"", "\"ad_id\":\"x1\"", "ad_id is no id")]
    [InlineData("\"date_start\":\"2026-02-03\",", "", "no date_start")]
    [InlineData("\"date_start\":\"2026-02-03\"", "\"date_start\":\"2026-02-30\"", "date_start is no date")]
    [InlineData("\"date_start\":\"2026-02-03\"", "\"date_start\":\"2026-2-3\"", "date_start is no date")]
    [InlineData("\"date_start\":\"2026-02-03\",\"date_stop\":\"2026-02-03\"", "\"date_start\":\"2026-03-01\",\"date_stop\":\"2026-03-01\"", "outside the days")]
    [InlineData("\"date_stop\":\"2026-02-03\"", "\"date_stop\":\"2026-02-04\"", "spans")]
    [InlineData("\"7d_click\"}", "\"7d\\u0000click\"}", "NUL")]
    [InlineData("\"7d_click\"}", "\"7d\\ud800click\"}", "no character")]
    public void A_row_that_is_not_what_was_asked_makes_the_page_invalid(string part, string instead, string why)
    {
        var row = Pages.Row();
        Assert.Contains(part, row, StringComparison.Ordinal);

        var refusal = Pages.Refusal(Pages.Page([Pages.Row(2), row.Replace(part, instead, StringComparison.Ordinal)]));

        Assert.Contains(why, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"data\"")]
    [InlineData("{}")]
    [InlineData("{\"data\":null}")]
    [InlineData("{\"data\":{}}")]
    [InlineData("{\"data\":[1]}")]
    [InlineData("{\"data\":[null]}")]
    [InlineData("{\"data\":[],\"data\":[]}")]
    [InlineData("{\"data\":[],\"paging\":{},\"paging\":{}}")]
    [InlineData("{\"data\":[],\"paging\":7}")]
    [InlineData("{\"data\":[],\"paging\":{\"next\":7}}")]
    [InlineData("{\"data\":[]}x")]
    [InlineData("{\"data\":[]}{\"data\":[]}")]
    [InlineData("{\"data\":[],}")]
    [InlineData("<!DOCTYPE html><html><body>Service Unavailable</body></html>")]
    [InlineData("Service Unavailable")]
    public void A_body_that_is_no_page_is_refused(string body) => Assert.NotEmpty(Pages.Refusal(body));

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(1, "\"ad_name\":\"~\",")]));
        body[Array.IndexOf(body, (byte)'~')] = 0xFF;

        Assert.Throws<InvalidAnswerException>(() => Pages.Parse(Pages.Query(), body));
    }

    [Fact]
    public void An_answer_beyond_the_limit_is_refused()
    {
        var parser = Pages.Parser(Pages.Query(), maxBytes: 1024);
        var body = Encoding.UTF8.GetBytes(Pages.Page(Enumerable.Range(1, 10).Select(number => Pages.Row(number))));

        Assert.Throws<AnswerTooLongException>(() => Pages.Parse(parser, body));
    }

    [Fact]
    public void A_page_that_is_cut_anywhere_is_no_page()
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(1, Pages.Actions), Pages.Row(2)], "MQZDZD", next: true));
        var parser = Pages.Parser(Pages.Query());
        for (var length = 0; length < body.Length; length++)
            Assert.Throws<InvalidAnswerException>(() => Pages.Parse(parser, body[..length]));
        Pages.Parse(parser, body).Page!.Dispose();
    }

    [Fact]
    public void A_page_with_one_wrong_byte_is_a_page_or_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(1, Pages.Actions + "\"age\":\"18-24\","), Pages.Row(2)], "MQZDZD", next: true));
        var parser = Pages.Parser(Pages.Query(breakdowns: ["age"]));
        var random = new Random(20261122);
        for (var position = 0; position < body.Length; position++)
        {
            for (var trial = 0; trial < 16; trial++)
            {
                var mutated = (byte[])body.Clone();
                mutated[position] = (byte)random.Next(256);
                Outcome(parser, mutated);
            }
        }
    }

    // Anything but a page, an error of Meta's or a refusal escapes and fails the test.
    private static void Outcome(PageParser parser, byte[] body)
    {
        try
        {
            var answer = Pages.Parse(parser, body);
            Assert.True(answer.Page is not null || answer.Error is not null);
            answer.Page?.Dispose();
        }
        catch (InvalidAnswerException)
        {
            // Refused.
        }
    }
}
