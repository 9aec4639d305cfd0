using MetaGrains.Engine.Reminders;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace MetaGrains.Engine.Membership;

/// <summary>
/// What happens to grains and reminders when partitions come and go. One that is given first takes no more calls, then
/// ends its grains in peace, notes how far its reminders are, and only then is free for another silo.
/// </summary>
internal sealed class Handover(IClusterTable table, SiloDetails silo, Ownership ownership, GrainClasses classes, Catalog catalog, IServiceProvider services)
{
    private static readonly DeactivationReason Leaving = new(DeactivationReasonCode.ShuttingDown, "The silo is stopping.");
    private static readonly DeactivationReason Moving = new(DeactivationReasonCode.Migrating, "The grain moves to another silo.");

    private readonly ReminderService? _reminders = services.GetService<ReminderService>();
    private Task _giving = Task.CompletedTask;
    private Task _taking = Task.CompletedTask;

    public int Held => ownership.Open.Length;

    public bool IsMine(int partition) => ownership.EpochOf(partition) != 0;

    public SiloReport Report(SiloStatus status) => new(
        status, catalog.Count, _reminders?.Count ?? 0, _reminders?.Lag ?? TimeSpan.Zero,
        classes.All.Where(one => one.Activations > 0).ToDictionary(one => one.Type.FullName!, one => one.Activations));

    public void Renew(long leaseEnd)
    {
        if (ownership.Renew(leaseEnd))
            catalog.Resume();
    }

    /// <summary>Drops everything without telling anybody.</summary>
    public void DropAll() => Drop(ownership.Open);

    /// <summary>Drops what the view says is another's now.</summary>
    public void Lose(ClusterView view)
    {
        if (!table.IsLeased)
            return;
        var lost = ownership.Open.Where(tenure => view.Partitions[tenure.Partition] is var row && (row.Epoch != tenure.Epoch || !silo.SiloAddress.Equals(row.Owner))).ToArray();
        Drop(lost);
    }

    /// <summary>Grains are served at once; <see cref="SettledAsync"/> waits for the reminders.</summary>
    public void Take(IReadOnlyList<Tenure> tenures)
    {
        foreach (var tenure in tenures)
            ownership.Take(tenure);
        if (_reminders is not null && tenures.Count > 0)
            _taking = Task.WhenAll(_taking, _reminders.TakeAsync(tenures));
    }

    public Task SettledAsync() => _taking;

    /// <summary>Begins to give away so many, unless some are on their way still.</summary>
    public void Give(int count)
    {
        if (!_giving.IsCompleted)
            return;
        // Chosen now: when the task begins, the silo may have given or lost everything.
        var closed = Close(ownership.Open.TakeLast(count));
        _giving = Task.Run(() => GiveAsync(closed, Moving, CancellationToken.None));
    }

    /// <summary>Gives everything away, each partition as soon as its grains have ended.</summary>
    public Task GiveAllAsync(CancellationToken cancellationToken)
    {
        catalog.IsStopping = true;
        return Task.WhenAll(GiveAsync(Close(ownership.Open), Leaving, cancellationToken), _giving);
    }

    private Tenure[] Close(IEnumerable<Tenure> tenures)
    {
        Tenure[] closed = [.. tenures.Where(ownership.Close)];
        _reminders?.Close(closed);
        return closed;
    }

    private async Task GiveAsync(Tenure[] tenures, DeactivationReason reason, CancellationToken cancellationToken)
    {
        var ending = catalog.End(tenures, reason, cancellationToken);
        while (ending.Count > 0)
        {
            await Task.WhenAny(ending.Values);
            var ended = ending.Where(one => one.Value.IsCompleted).Select(one => one.Key).ToArray();
            foreach (var tenure in ended)
                ending.Remove(tenure);
            await FreeAsync(ended);
        }
    }

    private async Task FreeAsync(Tenure[] tenures)
    {
        try
        {
            if (_reminders is not null)
                await _reminders.ReleaseAsync(tenures);
            await table.FreeAsync(tenures, CancellationToken.None);
            foreach (var tenure in tenures)
                ownership.Leave(tenure);
        }
        catch (Exception exception)
        {
            // They stay this silo's by their rows, and it takes them again.
            catalog.Log.HandoverFailed(exception);
            Drop(tenures);
        }
    }

    private void Drop(Tenure[] tenures)
    {
        if (tenures.Length == 0)
            return;
        foreach (var tenure in tenures)
            ownership.Leave(tenure);
        catalog.Drop(tenures);
        _reminders?.Drop(tenures);
        catalog.Log.PartitionsLost(tenures.Length);
    }
}
