using MetaGrains.Engine.Calls;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Network;
using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Engine.Hosting;

/// <summary>Starts and stops a silo; the order is the whole point.</summary>
internal sealed class SiloHost(IServiceProvider services, IMembership membership, Catalog catalog, Gateway gateway, SiloDetails silo, EngineLog log) : IHostedService
{
    private readonly ReminderService? _reminders = services.GetService<ReminderService>();
    private int _stopped;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await membership.JoinAsync(cancellationToken);
        var caller = services.GetRequiredService<GrainCaller>();
        catalog.Start(caller, services.GetServices<IIncomingGrainCallFilter>());
        await gateway.StartAsync(cancellationToken);
        if (_reminders is not null)
            await _reminders.StartAsync(caller, cancellationToken);
        await membership.ActivateAsync(cancellationToken);
        foreach (var task in services.GetServices<StagedTask>().OrderBy(task => task.Stage))
            await task.Run(services, cancellationToken);
        log.SiloStarted(silo.Name, silo.ClusterId, services.GetRequiredService<GrainClasses>().All.Count, silo.GatewayAddress.ToParsableString());
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        await gateway.StopListeningAsync();
        if (_reminders is not null)
            await _reminders.StopAsync();
        var left = await catalog.StopAsync(cancellationToken);
        if (_reminders is not null)
            await _reminders.CloseAsync(CancellationToken.None);
        await gateway.DisposeAsync();
        await membership.LeaveAsync(CancellationToken.None);
        log.SiloStopped(silo.Name, left);
    }
}
