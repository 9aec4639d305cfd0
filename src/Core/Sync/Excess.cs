namespace MetaGrains.Core.Sync;

/// <summary>In which way a question was too large, since each way has its own remedy (graph contract section 5.3).</summary>
public enum Excess
{
    /// <summary>It was not, or not known to be.</summary>
    None,

    /// <summary>One page held too much: a smaller <c>limit</c> helps, everything else may stay.</summary>
    Page,

    /// <summary>The answer has more pages than can be walked: fewer days or objects help.</summary>
    Pages,

    /// <summary>The time for a synchronous answer ran out: an asynchronous report or a smaller question helps.</summary>
    Time,

    /// <summary>Too many rows or data points: days, fields and breakdowns count, <c>limit</c> does not.</summary>
    Data,

    /// <summary>Meta answers an unknown error again and again, which is how some large questions end.</summary>
    Unclear,
}
