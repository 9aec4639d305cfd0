using MetaGrains.Grains.Sweeps;
using Microsoft.Extensions.Hosting;

namespace MetaGrains.Grains.Upkeep;

/// <summary>
/// What a silo does beside its grains, from the moment that it can take calls until it is told to stop: before that
/// nobody would answer.
/// </summary>
internal sealed class SiloUpkeep(SettingsListener listener, SweepStarter sweeps, UpkeepLoop upkeep, StandstillWatch standstill, IHostApplicationLifetime lifetime)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopped = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
    private Task _loops = Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called by the silo when it is up.</summary>
    public Task BeginAsync()
    {
        _loops = Task.WhenAll(
            Task.Run(() => listener.RunAsync(_stopped.Token)), Task.Run(() => sweeps.RunAsync(_stopped.Token)), Task.Run(() => upkeep.RunAsync(_stopped.Token)),
            Task.Run(() => standstill.RunAsync(_stopped.Token)));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _loops.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public void Dispose() => _stopped.Dispose();
}
