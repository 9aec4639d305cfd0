using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Http;

/// <summary>Permits for requests that Meta counts as several calls: each call takes one, of whoever it is for.</summary>
internal sealed class PermitsOf(IReadOnlyList<ICallPermits> calls) : ICallPermits
{
    /// <summary>So many permits of one holder.</summary>
    public static ICallPermits Many(ICallPermits permits, int count) =>
        count == 1 ? permits : new PermitsOf([.. Enumerable.Repeat(permits, count)]);

    /// <inheritdoc />
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        foreach (var permits in calls)
            await permits.TakeAsync(cancellationToken);
    }
}
