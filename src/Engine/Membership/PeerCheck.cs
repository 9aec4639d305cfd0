using System.Net.Sockets;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Runtime;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// Whether the silos that are active let this one in, asked before it takes any partition: one that they do not talk to,
/// for another secret or for want of TLS, would own grains that nobody reaches.
/// </summary>
internal sealed class PeerCheck(IClusterTable table, Handover handover, SiloCaller caller, LinkOptions options, IOptions<ClusterMembershipOptions> membership)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <exception cref="OrleansConfigurationException">One of them does not, for as long as a silo may take to join.</exception>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        var patience = caller.Time.Deadline(membership.Value.MaxJoinAttemptTime);
        while (await RefusalAsync(cancellationToken) is { } refusal)
        {
            if (caller.Time.GetTimestamp() >= patience)
                throw new OrleansConfigurationException($"{refusal} All silos of a cluster need the same {ClusterSecret.Setting}, and the same TLS or none.");
            await Task.Delay(Pause, caller.Time, cancellationToken);
        }
    }

    private async Task<string?> RefusalAsync(CancellationToken cancellationToken)
    {
        var view = await table.BeatAsync(handover.Report(SiloStatus.Joining), judge: false, announce: false, cancellationToken);
        var refusals = await Task.WhenAll(view.Living.Where(silo => silo.Status == SiloStatus.Active).Select(silo => RefusalOfAsync(silo.Silo, cancellationToken)));
        return Array.Find(refusals, refusal => refusal is not null);
    }

    private async Task<string?> RefusalOfAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            await using var link = await SiloLink.OpenAsync(silo.Endpoint, options, caller, (_, _) => { }, cancellationToken);
            return null;
        }
        catch (Exception away) when (away is SocketException || (away is OperationCanceledException and not ConnectionAbortedException && !cancellationToken.IsCancellationRequested))
        {
            // It is about to be declared dead, or frozen: that is no word about this silo.
            return null;
        }
        catch (Exception refused) when (!cancellationToken.IsCancellationRequested)
        {
            return $"Silo {silo} does not let this one in: {refused.Message}";
        }
    }
}
