using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Insights;

/// <summary>
/// The walk along the cursors of one answer. Only a missing <c>next</c> ends it: pages may be short or even empty
/// while more follow. A cursor that comes back would never end it.
/// </summary>
internal sealed class CursorWalk(string what, int maxPages, string? start = null)
{
    private readonly HashSet<string> _met = start is null ? new(StringComparer.Ordinal) : new(StringComparer.Ordinal) { start };

    /// <summary>The cursor of the page to read, or null for the first.</summary>
    public string? After { get; private set; } = start;

    /// <summary>Number of the page to read, from 0.</summary>
    public int Page { get; private set; }

    /// <summary>Goes on.</summary>
    /// <returns>False when the page was the last.</returns>
    /// <exception cref="GraphException">The walk cannot go on, and the answer is not whole.</exception>
    public bool Advance(PagingLinks links)
    {
        if (!links.HasNext)
            return false;
        if (string.IsNullOrEmpty(links.After))
            throw Broken($"Page {Page} of {what} has a next page but no cursor to it.");
        if (!_met.Add(links.After))
            throw Broken($"Page {Page} of {what} points back to a page that was read: the walk would never end.");
        if (++Page >= maxPages)
        {
            throw new GraphException(
                $"{what} has more than {maxPages} pages ({GraphOptions.Section}:{nameof(GraphOptions.MaxPages)}). Ask for fewer days or raise the limit.",
                GraphErrorKind.TooMuchData)
            { Size = Excess.Pages };
        }

        After = links.After;
        return true;
    }

    private static GraphException Broken(string message) =>
        new(message + " It is read again from its start.", GraphErrorKind.InvalidAnswer);
}
