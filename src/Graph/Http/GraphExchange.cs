using MetaGrains.Core.Sync;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Http;

/// <summary>One request on its way, over all its attempts.</summary>
internal abstract class GraphExchange(GraphRequest request, AccessToken? token, Scrubber scrubber)
{
    public GraphRequest Request => request;

    public AccessToken? Token => token;

    public Scrubber Scrubber => scrubber;

    /// <summary>Calls that Meta counted so far.</summary>
    public int Calls { get; set; }

    /// <summary>Time of attempts and of the waits between them. Waits for permits are the budget's and do not count.</summary>
    public TimeSpan Spent { get; set; }
}

/// <summary>One request on its way, and how its answer is read.</summary>
internal sealed class GraphExchange<T>(
    GraphRequest request,
    AccessToken? token,
    Scrubber scrubber,
    Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> read) : GraphExchange(request, token, scrubber)
{
    public Func<Stream, CancellationToken, ValueTask<BodyResult<T>>> Read => read;
}
