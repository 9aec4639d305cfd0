namespace MetaGrains.Engine.Membership;

/// <summary>Which silos there are.</summary>
internal interface IMembership
{
    /// <summary>Takes the silo's place in the cluster, before it does anything else.</summary>
    Task JoinAsync(CancellationToken cancellationToken);

    /// <summary>Tells everybody about it, once it can take calls.</summary>
    Task ActivateAsync(CancellationToken cancellationToken);

    /// <summary>Tells everybody that it ends.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    Task<Dictionary<SiloAddress, SiloStatus>> HostsAsync(bool onlyActive);
}

/// <summary>A cluster of this one process.</summary>
internal sealed class LocalMembership(ILocalSiloDetails silo) : IMembership
{
    private SiloStatus _status = SiloStatus.Created;

    public Task JoinAsync(CancellationToken cancellationToken) => Become(SiloStatus.Joining);

    public Task ActivateAsync(CancellationToken cancellationToken) => Become(SiloStatus.Active);

    public Task LeaveAsync(CancellationToken cancellationToken) => Become(SiloStatus.Dead);

    public Task<Dictionary<SiloAddress, SiloStatus>> HostsAsync(bool onlyActive) =>
        Task.FromResult(onlyActive && _status != SiloStatus.Active ? [] : new Dictionary<SiloAddress, SiloStatus> { [silo.SiloAddress] = _status });

    private Task Become(SiloStatus status)
    {
        _status = status;
        return Task.CompletedTask;
    }
}
