using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class WholeClientTests
{
    private static readonly Uri Nowhere = new("http://nowhere.invalid/");

    [Fact]
    public async Task A_wrong_byte_anywhere_gives_a_page_or_a_GraphException()
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(1, Pages.Actions), Pages.Row(2)]));
        var random = new Random(7);
        byte[] Mutated()
        {
            var copy = (byte[])body.Clone();
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
            return copy;
        }

        await using var client = new GraphClient(Nowhere, configure: options =>
        {
            options.MaxRetries = 0;
            options.Handler = () => new CannedHandler(Mutated);
        });
        var (pages, refusals) = (0, 0);
        for (var trial = 0; trial < 2000; trial++)
        {
            try
            {
                await client.ReadAllAsync(Pages.Query());
                pages++;
            }
            catch (GraphException failure)
            {
                Assert.True(failure.WorthRereading || failure.Code is null);
                refusals++;
            }
        }

        Assert.True(pages > 100 && refusals > 100, $"{pages} pages, {refusals} refusals");
    }

    [Fact]
    public async Task An_answer_that_is_too_long_asks_for_less()
    {
        var body = Encoding.UTF8.GetBytes(Pages.Page(Enumerable.Range(1, 20).Select(number => Pages.Row(number))));
        await using var client = new GraphClient(Nowhere, configure: options =>
        {
            options.MaxResponseBytes = 2048;
            options.PageLimit = 8;
            options.Handler = () => new CannedHandler(() => body);
        });

        var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));

        Assert.Equal((GraphErrorKind.TooMuchData, 1), (failure.Kind, failure.Calls));
        Assert.Contains("MetaGrains:Graph:MaxResponseBytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_count_calls_pages_and_rows_with_bounded_tags()
    {
        var seen = new ConcurrentDictionary<string, long>();
        var tags = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == GraphTelemetry.Name)
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, measured, _) =>
        {
            seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (var tag in measured)
                tags.TryAdd(tag.Key, true);
        });
        listener.Start();
        await using var graph = await ScriptedGraph.StartAsync();
        graph.Error(2).Answer(Pages.Page([Pages.Row(1), Pages.Row(2)]));
        await using var client = new GraphClient(graph.Address);
        await client.ReadAllAsync(Pages.Query());

        // Other tests run beside this one and count as well.
        Assert.True(seen["metagrains.graph.requests"] >= 2);
        Assert.True(seen["metagrains.graph.retries"] >= 1);
        Assert.True(seen["metagrains.graph.errors"] >= 1);
        Assert.True(seen["metagrains.graph.pages"] >= 1);
        Assert.True(seen["metagrains.graph.rows"] >= 2);
        Assert.All(tags.Keys, tag => Assert.Contains(tag, new[] { "edge", "kind" }));
    }

    [Fact]
    public async Task An_upgraded_version_is_warned_of_once()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        for (var call = 0; call < 3; call++)
            graph.Answer(Pages.Page([]), 200, ("X-Ad-Api-Version-Warning", "The call has been auto-upgraded to v26 as v25 has been deprecated"));
        await using var client = new GraphClient(graph.Address);
        for (var call = 0; call < 3; call++)
            await client.ReadAllAsync(Pages.Query());

        Assert.Single(client.Logs.Lines, line => line.Contains("MetaGrains:Graph:ApiVersion", StringComparison.Ordinal));
    }
}
