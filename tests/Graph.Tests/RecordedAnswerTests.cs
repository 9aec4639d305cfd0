using System.Globalization;
using System.Text;
using System.Text.Json;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.Graph.Usage;
using MetaGrains.Testing;

namespace MetaGrains.Graph.Tests;

/// <summary>What Meta really answered to others, through our parsers.</summary>
public sealed class RecordedAnswerTests
{
    private static readonly Scrubber Scrubber = new(GraphClient.AccessToken, null);

    [RecordedDataFact]
    public void Usage_headers_of_2021_are_read()
    {
        var seen = new List<UsageObservation>();
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.RecordedData!, "grouparoo_nock_2021", "responses.jsonl")))
        {
            using var answer = JsonDocument.Parse(line);
            var headers = answer.RootElement.GetProperty("headers").EnumerateArray()
                .ToLookup(pair => pair[0].GetString()!, pair => pair[1].GetString()!, StringComparer.OrdinalIgnoreCase);
            seen.Add(UsageHeaders.Parse(name => headers[name].FirstOrDefault()));
        }

        Assert.Equal(64, seen.Count);
        Assert.Equal(50, seen.Count(usage => usage.Business is [{ Type: "custom_audience", CallCount: > 30, ObjectId: "542676646349772" }]));
        Assert.Equal(14, seen.Count(usage => usage.App is { CallCount: 5, TotalTime: 1 }));
        Assert.Equal(14, seen.Count(usage => usage.AdAccount is { UtilPercent: 100, ResetAfter: null }));
    }

    [RecordedDataFact]
    public void Error_answers_of_2026_are_read_and_classified()
    {
        var errors = new List<(GraphError Error, GraphErrorRow Row)>();
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.RecordedData!, "keboola_pages_vcr_2026", "errors.jsonl")))
        {
            using var answer = JsonDocument.Parse(line);
            var error = GraphErrorReader.ReadBody(Body(answer.RootElement.GetProperty("body")), Scrubber);
            Assert.NotNull(error);
            errors.Add((error, GraphErrorTable.Classify(error, answer.RootElement.GetProperty("status").GetProperty("code").GetInt32())));
        }

        Assert.Equal(48, errors.Count);
        Assert.All(errors, pair => Assert.NotEmpty(pair.Error.Message!));
        Assert.All(errors, pair => Assert.NotEmpty(pair.Error.TraceId!));
        Assert.All(
            errors.Where(pair => pair.Error.Message!.StartsWith("(#100)", StringComparison.Ordinal)),
            pair => Assert.Equal((100, GraphErrorKind.Permanent), (pair.Error.Code, pair.Row.Kind)));
        Assert.All(
            errors.Where(pair => pair.Error.Message!.StartsWith("(#200)", StringComparison.Ordinal)),
            pair => Assert.Equal((200, GraphErrorKind.Permission), (pair.Error.Code, pair.Row.Kind)));
    }

    [RecordedDataFact]
    public void Cursor_chains_of_2026_are_followed_as_recorded()
    {
        var (pages, withNext) = (0, 0);
        foreach (var line in File.ReadLines(Path.Combine(RepositoryRoot.RecordedData!, "keboola_pages_vcr_2026", "paging_chains.jsonl")))
        {
            using var answer = JsonDocument.Parse(line);
            var body = answer.RootElement.TryGetProperty("body_trimmed", out var trimmed) ? trimmed : answer.RootElement.GetProperty("body");
            if (!body.TryGetProperty("data", out _))
                continue;

            // The rows are posts; what is under test is the paging beside them.
            var paging = body.TryGetProperty("paging", out var found) ? found : default;
            var envelope = paging.ValueKind == JsonValueKind.Undefined ? """{"data":[]}""" : $$"""{"data":[],"paging":{{paging.GetRawText()}}}""";
            var parsed = Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(envelope));
            parsed.Page!.Dispose();
            pages++;
            Assert.Equal(paging.ValueKind == JsonValueKind.Object && paging.TryGetProperty("next", out _), parsed.Paging.HasNext);
            if (!parsed.Paging.HasNext)
                continue;
            withNext++;
            Assert.NotEmpty(parsed.Paging.After!);
            if (paging.TryGetProperty("cursors", out var cursors))
                Assert.Equal(cursors.GetProperty("after").GetString(), parsed.Paging.After);
        }

        Assert.InRange(pages, 200, 300);
        Assert.InRange(withNext, 200, pages);
    }

    [RecordedDataFact]
    public void Items_of_a_batch_of_2019_are_errors_with_headers()
    {
        using var batch = JsonDocument.Parse(string.Join('\n', File.ReadLines(Path.Combine(RepositoryRoot.RecordedData!, "graph_batch_2019", "fb_batch_error_response.json"))));
        foreach (var item in batch.RootElement.EnumerateArray())
        {
            var headers = item.GetProperty("headers").EnumerateArray()
                .ToLookup(pair => pair.GetProperty("name").GetString()!, pair => pair.GetProperty("value").GetString()!, StringComparer.OrdinalIgnoreCase);
            var error = GraphErrorReader.ReadBody(Encoding.UTF8.GetBytes(item.GetProperty("body").GetString()!), Scrubber)!;

            Assert.Equal(new AppUsage(0, 0, 0), UsageHeaders.Parse(name => headers[name].FirstOrDefault()).App);
            Assert.Equal(GraphErrorKind.Gone, GraphErrorTable.Classify(error, item.GetProperty("code").GetInt32()).Kind);
        }
    }

    [RecordedDataFact]
    public void Bodies_of_2017_are_never_taken_for_insights()
    {
        // The cassettes are YAML; every body stands on one line in single quotes.
        var folder = Path.Combine(RepositoryRoot.RecordedData!, "tophatter_vcr_2017");
        var bodies = Directory.EnumerateFiles(folder, "*.yml", SearchOption.AllDirectories).SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("string: '{", StringComparison.Ordinal) && line.EndsWith("}'", StringComparison.Ordinal))
            .Select(line => line["string: '".Length..^1].Replace("''", "'", StringComparison.Ordinal))
            .ToList();
        var empty = 0;
        foreach (var body in bodies)
        {
            try
            {
                var answer = Pages.Parse(Pages.Query(), Encoding.UTF8.GetBytes(body));
                Assert.Equal(0, answer.Page!.Rows.Length);
                answer.Page.Dispose();
                empty++;
            }
            catch (InvalidAnswerException)
            {
                // Campaigns and creatives have no date_start; nodes have no data.
            }
        }

        Assert.True(bodies.Count > 10, bodies.Count.ToString(CultureInfo.InvariantCulture));
        Assert.True(empty >= 1, "The recorded empty lists are empty pages.");
    }

    private static byte[] Body(JsonElement body) =>
        Encoding.UTF8.GetBytes(body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText());
}
