namespace MetaGrains.Graph.Parsing;

/// <summary>
/// Where the answer goes on. <c>paging.next</c> itself is never kept: it is a URL with the access token in it.
/// </summary>
/// <param name="HasNext">Whether <c>next</c> is there: the only sign that more follows.</param>
/// <param name="After">The cursor: <c>cursors.after</c>, else the <c>after</c> of <c>next</c>.</param>
internal readonly record struct PagingLinks(bool HasNext, string? After)
{
    /// <summary>The <c>after</c> parameter of a URL.</summary>
    public static string? AfterOf(string url)
    {
        var query = url.AsSpan(url.IndexOf('?', StringComparison.Ordinal) + 1);
        foreach (var part in query.Split('&'))
        {
            var pair = query[part];
            if (pair.StartsWith("after=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(pair["after=".Length..].ToString().Replace('+', ' '));
        }

        return null;
    }
}
