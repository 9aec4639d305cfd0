using System.Text;
using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>Queries and bodies that tests are made of.</summary>
internal static class Pages
{
    public static readonly AdAccountId Account = AdAccountId.Parse("act_361744628296290");

    public static InsightsQuery Query(
        InsightsLevel level = InsightsLevel.Ad, string[]? breakdowns = null, string[]? fields = null) =>
        new(
            Account,
            InsightsReport.Daily(level) with
            {
                Breakdowns = [.. breakdowns ?? []],
                Fields = fields is null ? InsightsReport.DefaultFields : [.. fields],
            },
            new DateRange(new DateOnly(2026, 2, 1), new DateOnly(2026, 2, 28)));

    /// <summary>A row with the fields of every level; extra is put in as it is.</summary>
    public static string Row(int number = 1, string extra = "", string day = "2026-02-03") =>
        $$"""
        {"account_id":"361744628296290","account_currency":"EUR","campaign_id":"{{23843000000000000 + (number % 7)}}","adset_id":"{{23844000000000000 + (number % 31)}}","ad_id":"{{23845000000000000 + (number % 97)}}","impressions":"{{number * 3}}","clicks":"{{number}}","reach":"{{number * 2}}","spend":"{{number}}.25",{{extra}}"date_start":"{{day}}","date_stop":"{{day}}","attribution_setting":"7d_click"}
        """;

    public const string Actions =
        """
        "actions":[{"action_type":"link_click","value":"9","1d_click":"8","7d_click":"9"},{"action_type":"omni_purchase","value":"3","7d_click":"3","1d_view":"1"},{"action_type":"purchase","value":"2","7d_click":"2"},{"action_type":"landing_page_view","value":"7"}],"action_values":[{"action_type":"omni_purchase","value":"150.50","7d_click":"150.50"},{"action_type":"purchase","value":"100.0","7d_click":"100.0"}],
        """;

    public static string Page(IEnumerable<string> rows, string? after = null, bool next = false)
    {
        var paging = after is null && !next
            ? ""
            : $$"""
            ,"paging":{"cursors":{"before":"MAZDZD","after":"{{after}}"}{{(next ? $",\"next\":\"https:\\/\\/graph.facebook.com\\/v25.0\\/act_1\\/insights?access_token={GraphClient.Token}&limit=25&after={after}\"" : "")}}}
            """;
        return $$"""{"data":[{{string.Join(',', rows)}}]{{paging}}}""";
    }

    public static string Error(int code, int? subcode = null, string message = "Refused") =>
        JsonSerializer.Serialize(new
        {
            error = new { message, type = "OAuthException", code, error_subcode = subcode, fbtrace_id = "AFm-w0VSqFxoRyuKXJgg48H" },
        });

    public static PageParser Parser(InsightsQuery query, int readSize = 64 * 1024, long maxBytes = 1 << 28) =>
        new(query, new Scrubber(GraphClient.AccessToken, null), maxBytes, readSize);

    /// <summary>Parses a body that is already here; completes at once.</summary>
    public static PageAnswer Parse(InsightsQuery query, byte[] body, Func<int>? chunk = null) =>
        Parse(Parser(query), body, chunk);

    public static PageAnswer Parse(PageParser parser, byte[] body, Func<int>? chunk = null)
    {
        using var stream = new ChunkedStream(body, chunk ?? (() => int.MaxValue));
        var parsing = parser.ParseAsync(stream, 0, CancellationToken.None);
        return parsing.IsCompleted ? parsing.Result : throw new InvalidOperationException("The body is all here.");
    }

    public static IReadOnlyList<Snapshot> Rows(InsightsQuery query, string body, Func<int>? chunk = null)
    {
        using var page = Parse(query, Encoding.UTF8.GetBytes(body), chunk).Page;
        return Snapshot.Of(page!);
    }

    public static Snapshot OneRow(string row, InsightsQuery? query = null) =>
        Assert.Single(Rows(query ?? Query(), Page([row])));

    public static string Refusal(string body, InsightsQuery? query = null) =>
        Assert.Throws<InvalidAnswerException>(() => Rows(query ?? Query(), body)).Message;
}

/// <summary>Hands out at most so many bytes at a time.</summary>
internal sealed class ChunkedStream(byte[] bytes, Func<int> chunk) : MemoryStream(bytes, writable: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span[..Math.Min(buffer.Length, Math.Max(1, chunk()))]));
}
