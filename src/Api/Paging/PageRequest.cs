using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using MetaGrains.Api.Problems;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Paging;

/// <summary>
/// Which page of a list is asked for. A cursor names the last row of the page before, so rows that come or go meanwhile
/// neither repeat nor hide others.
/// </summary>
/// <param name="Limit">Most rows.</param>
/// <param name="After">The place after which it begins; null for the first page.</param>
internal sealed record PageRequest(int Limit, string? After)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 500;

    private const string Version = "1:";
    private const int LongestCursor = 400;

    // One row more than is shown tells whether there is another page.
    public int Fetch => Limit + 1;

    /// <summary>Called by the framework.</summary>
    public static ValueTask<PageRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = context.Request.Query;
        return ValueTask.FromResult<PageRequest?>(new PageRequest(ReadLimit(query["limit"]), ReadCursor(query["cursor"])));
    }

    /// <summary>Makes the page of what was fetched.</summary>
    /// <param name="place">Where a row stands in the order of the list.</param>
    public ListOf<TShown> Page<TRow, TShown>(IReadOnlyList<TRow> fetched, Func<TRow, string> place, Func<TRow, TShown> show) => new(
        [.. fetched.Take(Limit).Select(show)],
        fetched.Count > Limit ? Cursor(place(fetched[Limit - 1])) : null);

    /// <summary>The cursor of the page that begins after a place.</summary>
    public static string Cursor(string place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Version + place));

    /// <summary>The place in a list in the order of making.</summary>
    public static string Place(DateTimeOffset createdAt, Guid id) => string.Create(CultureInfo.InvariantCulture, $"{createdAt.UtcTicks}/{id}");

    /// <summary>Reads what <see cref="Place"/> wrote.</summary>
    public RowPlace? RowPlace()
    {
        if (After is null)
            return null;
        var parts = After.Split('/');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.Ticks && Guid.TryParse(parts[1], out var id)
            ? new RowPlace(new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : throw BadCursor();
    }

    /// <summary>What a cursor that another list made is answered with.</summary>
    public static ProblemException BadCursor() =>
        ProblemException.BadRequest("cursor", "The cursor is not one of this list.", "Send next_cursor of the page before as it is, or none for the first page.");

    private static int ReadLimit(Microsoft.Extensions.Primitives.StringValues sent)
    {
        if (sent.Count == 0)
            return DefaultLimit;
        return sent.Count == 1 && int.TryParse(sent[0], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit
            ? limit
            : throw ProblemException.BadRequest("limit", $"limit is '{Quoted.Of(sent.ToString())}'.", $"Send a whole number from 1 to {MaxLimit}.");
    }

    private static string? ReadCursor(Microsoft.Extensions.Primitives.StringValues sent)
    {
        if (sent.Count == 0)
            return null;
        if (sent.Count > 1 || sent[0] is not { Length: > 0 and <= LongestCursor } cursor || !Base64Url.IsValid(cursor))
            throw BadCursor();
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.StartsWith(Version, StringComparison.Ordinal) && text.Length > Version.Length && text.All(char.IsAscii) && !text.Any(char.IsControl)
            ? text[Version.Length..]
            : throw BadCursor();
    }
}
