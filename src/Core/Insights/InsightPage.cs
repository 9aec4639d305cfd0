using System.Collections.Immutable;

namespace MetaGrains.Core.Insights;

/// <summary>
/// One complete, valid page of an insights answer. Owned by whoever receives it and disposed once its rows are
/// stored: its buffers go back to a pool.
/// </summary>
public abstract class InsightPage : IDisposable
{
    /// <summary>The rows, in Meta's order. Possibly none, even when more pages follow.</summary>
    public abstract ReadOnlyMemory<InsightRow> Rows { get; }

    /// <summary>Number of the page within its answer, from 0.</summary>
    public abstract int Number { get; }

    /// <summary>Bytes of the body after content decoding.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// HTTP requests sent for this page: one plus its retries, and on the first page of an asynchronous report those
    /// that asked for it and polled it. Each counted against Meta's limits.
    /// </summary>
    public abstract int Calls { get; }

    /// <summary>Those of <see cref="Calls"/> that asked for a report and polled it: no retries.</summary>
    public int Polls { get; set; }

    /// <summary>The <c>limit</c> that the page was asked for with; null when its source does not say.</summary>
    public int? Limit { get; set; }

    /// <summary>
    /// The cursor of the next page, or null after the last. Worth keeping only within an asynchronous report: cursors of
    /// synchronous answers are offsets into rows that move.
    /// </summary>
    public virtual string? Next => null;

    /// <summary>Graph fields of the report that could not be fetched for these rows; what is held of them stays. Usually none.</summary>
    public virtual ImmutableArray<string> Incomplete => [];

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the buffers.</summary>
    protected abstract void Dispose(bool disposing);
}
