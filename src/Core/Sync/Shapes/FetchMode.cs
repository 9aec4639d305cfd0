namespace MetaGrains.Core.Sync.Shapes;

/// <summary>A way to read a question.</summary>
public enum FetchMode
{
    /// <summary>Page after page of the synchronous answer.</summary>
    AtOnce,

    /// <summary>By an asynchronous report.</summary>
    Report,

    /// <summary>An item of a batch for each day, and again for as long as one of them has more pages.</summary>
    Batch,
}

/// <summary>How large a question is expected to be.</summary>
/// <param name="Rows">Rows of the answer.</param>
/// <param name="Days">Its days.</param>
/// <param name="PageLimit">Rows of a page.</param>
public readonly record struct FetchSize(long Rows, int Days, int PageLimit)
{
    /// <summary>Pages of the answer; an empty one has a page, too.</summary>
    public long Pages => PagesOf(Rows);

    /// <summary>Pages, if each day is asked for alone.</summary>
    public long PagesByDay => Days * PagesOf((Rows + Days - 1) / Days);

    private long PagesOf(long rows) => Math.Max(1, (rows + PageLimit - 1) / PageLimit);
}

/// <summary>What each way costs in calls, as Meta counts them: each item of a batch is one.</summary>
public static class FetchModes
{
    /// <summary>Polls that a report takes, as far as one can know before.</summary>
    public const int Polls = 2;

    /// <summary>
    /// Pages of a synchronous answer, beyond which a report is better although it costs its start and its polls: cursors
    /// of synchronous answers are offsets into rows that move, so a long walk may have to begin again.
    /// </summary>
    public const int MostPagesAtOnce = 100;

    private const int Start = 1;

    /// <summary>Calls that a way costs.</summary>
    public static long Calls(FetchMode mode, FetchSize size) => mode switch
    {
        FetchMode.AtOnce => size.Pages,
        FetchMode.Report => Start + Polls + size.Pages,
        FetchMode.Batch => size.PagesByDay,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown way."),
    };

    /// <summary>The way with the fewest calls; the simplest of those that are equal.</summary>
    public static FetchMode Fewest(FetchSize size) => Enum.GetValues<FetchMode>().MinBy(mode => Calls(mode, size));

    /// <summary>The way to ask: the one with the fewest calls, unless the walk becomes too long for it.</summary>
    public static FetchMode Choose(FetchSize size) => size.Pages > MostPagesAtOnce ? FetchMode.Report : Fewest(size);
}
