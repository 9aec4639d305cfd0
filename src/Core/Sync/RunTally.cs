using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Sync;

/// <summary>Counts what a run does, failed reads included.</summary>
internal sealed class RunTally
{
    private long _calls;
    private long _pages;
    private long _bytes;
    private long _retries;

    /// <summary>Rows of the published slices.</summary>
    public PublishCounts Rows { get; set; }

    /// <summary>Days that were held back.</summary>
    public int HeldDays { get; set; }

    public void Take(InsightPage page)
    {
        _pages++;
        _bytes += page.Bytes;
        TakeCalls(page.Calls, page.Polls);
    }

    public void Take(SourceException refused) => TakeCalls(refused.Calls, refused.Polls);

    public RunReport Report(RunOutcome outcome) =>
        new() { Outcome = outcome, Calls = _calls, Retries = _retries, Pages = _pages, Bytes = _bytes, Rows = Rows, HeldDays = HeldDays };

    // A request may have been refused before anything was sent.
    private void TakeCalls(int calls, int polls)
    {
        _calls += calls;
        _retries += Math.Max(0, calls - polls - 1);
    }
}
