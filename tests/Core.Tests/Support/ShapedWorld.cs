using System.Globalization;
using System.Runtime.CompilerServices;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Shapes;

namespace MetaGrains.Core.Tests.Support;

/// <summary>A refusal for its size.</summary>
internal sealed class TooLarge(Excess excess, bool worthRereading = false) : SourceException($"Too much: {excess}.", innerException: null)
{
    public override int? Code => 100;

    public override int? Subcode => 1487534;

    public override string? TraceId => null;

    public override bool RateLimited => false;

    public override bool WorthRereading => worthRereading;

    public override Excess Excess => excess;

    public override int Calls => 1;
}

/// <summary>An account whose every ad delivers every day, behind a source that answers a query or refuses it as a test says.</summary>
/// <param name="ads">Ids of the ads.</param>
/// <param name="refuses">Why a request fails, by its number from 0; null answers it.</param>
internal sealed class ShapedWorld(IReadOnlyCollection<string> ads, Func<int, InsightsQuery, SourceException?> refuses) : IInsightsSource, IShapeMemory
{
    private const int RowsOfPage = 3;

    public List<InsightsQuery> Queries { get; } = [];

    public Dictionary<string, LearnedShape> Learned { get; } = [];

    /// <summary>How often something was kept.</summary>
    public int Kept { get; private set; }

    /// <summary>Ids that are known before anything is read; null for all.</summary>
    public IReadOnlyCollection<string>? Known { get; init; }

    /// <summary>Pages that a request delivers before it is refused.</summary>
    public int PagesBefore { get; init; }

    public async IAsyncEnumerable<InsightPage> ReadAsync(
        InsightsQuery query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var refusal = refuses(Queries.Count, query);
        Queries.Add(query);
        await Task.Yield();
        foreach (var (number, rows) in Rows(query).Chunk(RowsOfPage).Index())
        {
            if (refusal is not null && number >= PagesBefore)
                break;
            yield return new Page(number, rows);
        }

        if (refusal is not null)
            throw refusal;
    }

    /// <summary>What a page holds of its rows: day, ad and whether the request asked for reach.</summary>
    public static IEnumerable<(DateOnly Day, string Ad, bool Reach)> Read(InsightPage page) =>
        page.Rows.ToArray().Select(row => (row.Date, row.AdId!, row.Reach is not null));

    public ValueTask<LearnedShape?> FindAsync(AdAccountKey account, string report, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Learned.GetValueOrDefault(report));

    public ValueTask KeepAsync(AdAccountKey account, string report, LearnedShape learned, CancellationToken cancellationToken)
    {
        Kept++;
        Learned[report] = learned;
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyCollection<string>> ObjectsAsync(AdAccountKey account, InsightsLevel level, CancellationToken cancellationToken) =>
        ValueTask.FromResult(level == InsightsLevel.Ad ? Known ?? ads : []);

    private InsightRow[] Rows(InsightsQuery query) =>
    [
        .. from offset in Enumerable.Range(0, query.Days.Days)
           from ad in ads
           where query.Report.Filtering.All(filter => filter.Field == "ad.id" && filter.Values.Contains(ad) == (filter.Operator == "IN"))
           select new InsightRow
           {
               Date = query.Days.Since.AddDays(offset), AdId = ad, Currency = "EUR", AttributionSetting = "", BreakdownKey = "", Raw = "{}"u8.ToArray(),
               Reach = query.Report.Fields.Contains("reach") ? long.Parse(ad, CultureInfo.InvariantCulture) : null,
           },
    ];

    private sealed class Page(int number, InsightRow[] rows) : InsightPage
    {
        public override ReadOnlyMemory<InsightRow> Rows => rows;

        public override int Number => number;

        public override long Bytes => 100;

        public override int Calls => 1;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
