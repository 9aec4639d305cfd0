namespace MetaGrains.Graph.Parsing;

/// <summary>
/// Where the answer goes on. <c>paging.next</c> itself is never kept: it is a URL with the access token in it.
/// </summary>
/// <param name="HasNext">Whether <c>next</c> is there: the only sign that more follows.</param>
/// <param name="After">The cursor: <c>cursors.after</c>, which is also the <c>after</c> of <c>next</c>; either may be missing.</param>
internal readonly record struct PagingLinks(bool HasNext, string? After)
{
    /// <summary>Makes it of what stood in <c>paging</c>.</summary>
    /// <exception cref="InvalidAnswerException">
    /// The two places name different cursors: one of them would leave rows out. In every recorded answer they agree.
    /// </exception>
    public static PagingLinks Of(string? next, string? after)
    {
        if (next is null)
            return new PagingLinks(HasNext: false, after);
        var afterOfNext = AfterOf(next);
        if (after is not null && afterOfNext is not null && !string.Equals(after, afterOfNext, StringComparison.Ordinal))
            throw new InvalidAnswerException("paging.next leads elsewhere than paging.cursors.after.");
        return new PagingLinks(HasNext: true, after ?? afterOfNext);
    }

    private static string? AfterOf(string url)
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
