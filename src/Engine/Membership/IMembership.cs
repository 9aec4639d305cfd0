namespace MetaGrains.Engine.Membership;

/// <summary>This silo's place in its cluster.</summary>
internal interface IMembership
{
    /// <summary>Takes the place, before the silo does anything else.</summary>
    Task JoinAsync(CancellationToken cancellationToken);

    /// <summary>Takes partitions from now on.</summary>
    Task ActivateAsync(CancellationToken cancellationToken);

    /// <summary>Hands everything over to the others.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    Task LeaveAsync();

    /// <summary>As if the process had died: no call begins any more, and nobody is told.</summary>
    Task KillAsync();
}
