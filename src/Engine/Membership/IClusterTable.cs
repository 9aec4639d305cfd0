using MetaGrains.Engine.Runtime;

namespace MetaGrains.Engine.Membership;

/// <summary>Where silos meet: who is there, and who owns what. One silo's access to it.</summary>
internal interface IClusterTable
{
    /// <summary>Whether other processes can be in it: then silos listen for each other.</summary>
    bool IsShared { get; }

    /// <summary>Whether what this silo owns may be given to another behind its back, so that it holds only as long as it is renewed.</summary>
    bool IsLeased { get; }

    /// <summary>Enters the silo, before it does anything else.</summary>
    Task JoinAsync(SiloReport report, CancellationToken cancellationToken);

    /// <summary>Renews the silo's row and reads the others.</summary>
    /// <param name="judge">Declares dead who is gone.</param>
    /// <param name="announce">Wakes the other silos.</param>
    Task<ClusterView> BeatAsync(SiloReport report, bool judge, bool announce, CancellationToken cancellationToken);

    /// <summary>Takes those partitions that are as free as they looked in the view.</summary>
    Task<IReadOnlyList<Tenure>> TakeAsync(ClusterView view, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken);

    /// <summary>Frees partitions for others.</summary>
    Task FreeAsync(IReadOnlyCollection<Tenure> tenures, CancellationToken cancellationToken);

    /// <summary>Waits until somebody else has changed something.</summary>
    Task WaitAsync(CancellationToken cancellationToken);

    /// <summary>Takes the silo's row away.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Drops the connection without a word, if there is one; the next call makes another.</summary>
    ValueTask DropAsync();
}
