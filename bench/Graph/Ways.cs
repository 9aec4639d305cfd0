using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Insights;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Bench.Graph;

/// <summary>The ways to read one question's rows.</summary>
internal static class Ways
{
    // The client's own default, for the way that does not pass through its walk.
    private const int PageLimit = 500;

    public static InsightsQuery Query { get; } = new(MadeAccount.Account, InsightsReport.Daily(InsightsLevel.Ad), MadeAccount.Days);

    /// <summary>Page by page, at once or by an asynchronous report.</summary>
    public static async Task<int> WalkAsync(IInsightsSource source, AccessToken token, bool asynchronous)
    {
        var rows = 0;
        await foreach (var page in source.ReadAsync(Query with { Asynchronous = asynchronous }, token, CancellationToken.None))
        {
            using (page)
                rows += page.Rows.Length;
        }

        return rows;
    }

    /// <summary>The days beside each other: an item for each, and again for as long as one of them has more pages.</summary>
    public static async Task<int> BatchAsync(GraphBatch batch, AccessToken token)
    {
        var rows = 0;
        var open = Enumerable.Range(0, Query.Days.Days).Select(day => new OneDay(Query.Days.Since.AddDays(day))).ToList();
        while (open.Count > 0)
        {
            var answers = await batch.SendAsync([.. open.Select(day => InsightsRequest.Of(day.Query, PageLimit, day.After))], token, CancellationToken.None);
            for (var index = 0; index < open.Count; index++)
                rows += await open[index].TakeAsync(answers[index]);
            open.RemoveAll(day => day.IsDone);
        }

        return rows;
    }

    private sealed class OneDay(DateOnly day)
    {
        private readonly PageParser _parser = new(QueryOf(day), new Scrubber(token: null), maxBytes: 1 << 28);
        private int _pages;

        public InsightsQuery Query { get; } = QueryOf(day);

        public string? After { get; private set; }

        public bool IsDone { get; private set; }

        public async Task<int> TakeAsync(BatchAnswer answer)
        {
            using var body = new MemoryStream(answer.Read(bytes => bytes.ToArray()), writable: false);
            var parsed = await _parser.ParseAsync(body, _pages++, CancellationToken.None);
            using var page = parsed.Page!;
            (After, IsDone) = (parsed.Paging.After, !parsed.Paging.HasNext);
            return page.Rows.Length;
        }

        private static InsightsQuery QueryOf(DateOnly day) => Ways.Query with { Days = new DateRange(day, day) };
    }
}
