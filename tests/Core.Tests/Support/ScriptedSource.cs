using System.Runtime.CompilerServices;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;

namespace MetaGrains.Core.Tests.Support;

/// <summary>A refusal as the Graph client would throw it.</summary>
internal sealed class Refusal(bool worthRereading, int calls = 1, bool rateLimited = false)
    : SourceException("Meta said no.", innerException: null)
{
    public override int? Code => 613;

    public override int? Subcode => 1487742;

    public override string? TraceId => "trace-1";

    public override bool RateLimited => rateLimited;

    public override bool WorthRereading => worthRereading;

    public override int Calls => calls;
}

/// <summary>A page that knows whether it was disposed.</summary>
internal sealed class ScriptedPage(int number, int rows, long bytes = 100, int calls = 1) : InsightPage
{
    public bool Disposed { get; private set; }

    public override ReadOnlyMemory<InsightRow> Rows { get; } = Enumerable.Range(0, rows).Select(Row).ToArray();

    public override int Number => number;

    public override long Bytes => bytes;

    public override int Calls => calls;

    protected override void Dispose(bool disposing) => Disposed = true;

    private static InsightRow Row(int row) => new()
    {
        Date = new DateOnly(2026, 3, 1), AdId = $"{row}", Currency = "EUR", AttributionSetting = "", BreakdownKey = "", Raw = "{}"u8.ToArray(),
    };
}

/// <summary>Answers one script per read; a script yields pages and then ends or throws. Without one left, one page of one row.</summary>
internal sealed class ScriptedSource(params Func<IEnumerable<ScriptedPage>>[] scripts) : IInsightsSource
{
    private readonly Queue<Func<IEnumerable<ScriptedPage>>> _scripts = new(scripts);

    public List<InsightsQuery> Queries { get; } = [];

    public List<ScriptedPage> Pages { get; } = [];

    public List<string> Tokens { get; } = [];

    public async IAsyncEnumerable<InsightPage> ReadAsync(
        InsightsQuery query, AccessToken token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Queries.Add(query);
        Tokens.Add(token.Reveal());
        var script = _scripts.Count > 0 ? _scripts.Dequeue() : () => [new ScriptedPage(0, 1)];
        foreach (var page in script())
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Pages.Add(page);
            yield return page;
        }
    }

    /// <summary>A script of pages that breaks after the last one.</summary>
    public static Func<IEnumerable<ScriptedPage>> Broken(Exception failure, params ScriptedPage[] pages)
    {
        return Script;

        IEnumerable<ScriptedPage> Script()
        {
            foreach (var page in pages)
                yield return page;
            throw failure;
        }
    }

    public static Func<IEnumerable<ScriptedPage>> Whole(params ScriptedPage[] pages) => () => pages;
}
