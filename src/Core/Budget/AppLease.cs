using MetaGrains.Core.Schedule;

namespace MetaGrains.Core.Budget;

/// <summary>
/// Permits of an app's budget, which several tenants share, in the hands of one of them. It deals them out like its own;
/// when the last grant under a lease that was followed by another is over, what was not used goes back.
/// </summary>
/// <param name="Id">The app's grant.</param>
/// <param name="Permits">Permits of it.</param>
/// <param name="Left">Permits that are not given out.</param>
/// <param name="Out">Permits in grants of the tenant that are not over.</param>
/// <param name="Until">Nothing is sent with it at or after this moment.</param>
/// <param name="LastSentAt">When the last call under it was made, as far as it is known.</param>
public sealed record AppLease(long Id, int Permits, int Left, int Out, DateTimeOffset Until, DateTimeOffset? LastSentAt = null)
{
    /// <summary>Whether it covers calls that read insights; one that was asked for while these are blocked does not.</summary>
    public bool CoversInsights { get; init; } = true;
}

/// <summary>What a tenant asks of its app's budget.</summary>
/// <param name="RequestId">Grows; a repeated question keeps its number.</param>
/// <param name="Priority">The highest that waits.</param>
/// <param name="Wanted">Permits.</param>
/// <param name="PerHour">Calls per hour that the tenant's recurring work needs: its weight against other tenants.</param>
public sealed record LeaseRequest(long RequestId, Priority Priority, int Wanted, double PerHour)
{
    /// <summary>Whether the permits are to cover calls that read insights.</summary>
    public bool CoversInsights { get; init; } = true;
}
