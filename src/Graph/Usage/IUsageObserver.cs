using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Usage;

/// <summary>The call that an observation belongs to.</summary>
/// <param name="Edge"><c>insights</c>, <c>adaccounts</c> or <c>adaccount</c>.</param>
/// <param name="Account">The account that was asked about, or null for the token's list.</param>
/// <param name="Token">The token that was used; prints as <c>***</c>.</param>
/// <param name="Status">HTTP status of the answer.</param>
public sealed record GraphCall(string Edge, AdAccountId? Account, AccessToken Token, int Status);

/// <summary>Sees what every answer says about limits: successes, errors and retried attempts alike.</summary>
public interface IUsageObserver
{
    /// <summary>Takes one observation. Called on the reading path: it returns at once and never throws.</summary>
    void Observe(GraphCall call, UsageObservation usage);
}

/// <summary>Looks away.</summary>
internal sealed class NoUsageObserver : IUsageObserver
{
    public void Observe(GraphCall call, UsageObservation usage)
    {
    }
}
