using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Engine.Hosting;

/// <summary>Starts and stops a silo; the order is the whole point.</summary>
internal sealed class SiloHost(IServiceProvider services, IMembership membership, IClusterTable table, Catalog catalog, Gateway gateway, SiloDetails silo) : IHostedService
{
    private readonly ReminderService? _reminders = services.GetService<ReminderService>();
    private int _stopped;

    // What begins here goes on for as long as the silo: it must not wait for a turn in the context of whoever starts it,
    // a window's or a test runner's.
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => BeginAsync(cancellationToken), cancellationToken);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await gateway.BindAsync(table.IsShared, cancellationToken);
        await membership.JoinAsync(cancellationToken);
        if (table.IsShared)
            await CheckPeersAsync(cancellationToken);
        var caller = services.GetRequiredService<GrainCaller>();
        catalog.Start(caller, services.GetServices<IIncomingGrainCallFilter>());
        if (table.IsLeased)
            catalog.Ownership.Owner = silo.SiloAddress.ToParsableString();
        if (_reminders is not null)
            await _reminders.StartAsync(caller, cancellationToken);
        gateway.Open();
        await membership.ActivateAsync(cancellationToken);
        foreach (var task in services.GetServices<StagedTask>().OrderBy(task => task.Stage))
            await task.Run(services, cancellationToken);
        catalog.Log.SiloStarted(silo.Name, silo.ClusterId, services.GetRequiredService<GrainClasses>().All.Count, silo.GatewayAddress.ToParsableString());
    }

    private async Task CheckPeersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<PeerCheck>().PassAsync(cancellationToken);
        }
        catch
        {
            await membership.LeaveAsync();
            throw;
        }
    }

    /// <summary>First the partitions go, one after the other, while clients are served; then the connections; then the silo.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        await membership.DrainAsync(cancellationToken);
        if (_reminders is not null)
            await _reminders.StopAsync();
        await gateway.LeaveAsync(cancellationToken);
        var left = catalog.Stop();
        if (_reminders is not null)
            await _reminders.CloseAsync(CancellationToken.None);
        await gateway.DisposeAsync();
        await ((SiloCaller)catalog.Caller).Router.StopAsync();
        await membership.LeaveAsync();
        catalog.Log.SiloStopped(silo.Name, left);
    }

    /// <summary>As if the process had died, as far as that can be had without.</summary>
    public async Task KillAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        await membership.KillAsync();
        if (_reminders is not null)
            await _reminders.StopAsync();
        await gateway.DisposeAsync();
        await ((SiloCaller)catalog.Caller).Router.StopAsync();
        catalog.Log.SiloStopped(silo.Name, catalog.Stop());
    }
}
