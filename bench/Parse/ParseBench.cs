using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MetaGrains.Bench.Measure;
using MetaGrains.Core.Insights;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Bench.Parse;

/// <summary>
/// How fast a page becomes rows, in turn with the limit (a Utf8JsonReader that reads the same bytes and does nothing
/// with them) and with the usual way (JsonDocument). The rows of both are compared first, to the last byte.
/// </summary>
internal sealed class ParseBench(int rounds)
{
    // Pages of one answer share a parser, as in the client.
    private const int PagesPerAnswer = 10;
    private const int AnswersPerFigure = 4;

    // Short figures in turn, many of them: a machine that others use as well disturbs few of the pairs.
    private const int PairsPerRound = 20;
    private const int RowsPerFigure = PagesPerAnswer * AnswersPerFigure * ParsePage.Rows;

    private readonly byte[] _page = ParsePage.Make();

    public Dictionary<string, object?> Run()
    {
        var (ours, document) = (OurChecksum(), Checksum(DocumentRival.Parse(_page)));
        if (ours != document)
            throw new InvalidOperationException($"The parser and JsonDocument disagree about the page: {ours} and {document}.");
        // Nothing is timed before every path has been compiled to the end.
        for (var warm = 0; warm < PairsPerRound; warm++)
            Pair(new Figures());
        var figures = new Figures();
        for (var pair = 0; pair < rounds * PairsPerRound; pair++)
            Pair(figures);
        return new Dictionary<string, object?>
        {
            ["rows"] = ParsePage.Rows,
            ["page_bytes"] = _page.Length,
            ["rows_per_s"] = Math.Round(Pairs.Median(figures.Ours)),
            ["bytes_per_row"] = Math.Round(Pairs.Median(figures.Allocated), 2),
            ["scan_rows_per_s"] = Math.Round(Pairs.Median(figures.Scan)),
            ["ratio"] = Pairs.Ratio(figures.Ours, figures.Scan),
            ["document_rows_per_s"] = Math.Round(Pairs.Median(figures.Document)),
            ["document_ratio"] = Pairs.Ratio(figures.Ours, figures.Document),
            ["document_bytes_per_row"] = Math.Round(Pairs.Median(figures.DocumentAllocated), 2),
            ["checksum"] = ours,
            ["document_checksum"] = document,
        };
    }

    private void Pair(Figures figures)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        figures.Ours.Add(RowsPerSecond(RowsPerFigure, ParseOurs));
        figures.Allocated.Add((GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)RowsPerFigure);
        figures.Scan.Add(RowsPerSecond(RowsPerFigure, Scan));
        allocated = GC.GetAllocatedBytesForCurrentThread();
        figures.Document.Add(RowsPerSecond(RowsPerFigure / 10, ParseDocuments));
        figures.DocumentAllocated.Add((GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)(RowsPerFigure / 10));
    }

    private static double RowsPerSecond(int rows, Action work)
    {
        var began = TimeProvider.System.GetTimestamp();
        work();
        return rows / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private void ParseOurs()
    {
        using var body = new MemoryStream(_page, writable: false);
        for (var answer = 0; answer < AnswersPerFigure; answer++)
        {
            var parser = NewParser();
            for (var number = 0; number < PagesPerAnswer; number++)
            {
                body.Position = 0;
                Parse(parser, body, number).Dispose();
            }
        }
    }

    private void Scan()
    {
        for (var page = 0; page < PagesPerAnswer * AnswersPerFigure; page++)
        {
            var reader = new Utf8JsonReader(_page);
            while (reader.Read())
            {
                // Reading alone is the limit.
            }
        }
    }

    private void ParseDocuments()
    {
        for (var page = 0; page < PagesPerAnswer * AnswersPerFigure / 10; page++)
            DocumentRival.Parse(_page);
    }

    private string OurChecksum()
    {
        using var body = new MemoryStream(_page, writable: false);
        using var page = Parse(NewParser(), body, number: 0);
        return Checksum(page.Rows.ToArray());
    }

    private static PageParser NewParser() => new(ParsePage.Query, new Scrubber(token: null), maxBytes: 1 << 28);

    private static ParsedPage Parse(PageParser parser, MemoryStream body, int number)
    {
        var parsing = parser.ParseAsync(body, number, CancellationToken.None);
        return parsing.IsCompleted ? parsing.Result.Page! : throw new InvalidOperationException("The whole body is in memory.");
    }

    private static string Checksum(IEnumerable<InsightRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{row.Date:O}|{row.CampaignId}|{row.AdSetId}|{row.AdId}|{row.Currency}|{row.AttributionSetting}|{row.Impressions}|{row.Clicks}|{row.Reach}|{row.Spend / 1.0000000000000000000000000000m}|{row.Conversions}|{row.BreakdownKey}|")));
            hash.AppendData(row.Breakdowns.Span);
            hash.AppendData(Plain(row.Actions));
            hash.AppendData(row.Raw.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static byte[] Plain(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.SerializeToUtf8Bytes(document.RootElement);
    }

    private sealed class Figures
    {
        public List<double> Ours { get; } = [];

        public List<double> Allocated { get; } = [];

        public List<double> Scan { get; } = [];

        public List<double> Document { get; } = [];

        public List<double> DocumentAllocated { get; } = [];
    }
}
