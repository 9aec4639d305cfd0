using System.Collections.Concurrent;
using MetaGrains.Engine.Membership;
using MetaGrains.Engine.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>A partition is given away once, whoever gives it: a rebalance or the end of the silo.</summary>
public sealed class HandoverTests
{
    private readonly FreedPartitions _table = new();
    private readonly Ownership _ownership = new(TimeProvider.System);
    private readonly Handover _handover;

    public HandoverTests()
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var classes = new GrainClasses(ApplicationParts.Discover());
        var catalog = new Catalog(classes, _ownership, new SiloMessagingOptions(), new GrainCollectionOptions(), services, TimeProvider.System, new EngineLog(NullLogger<EngineLog>.Instance));
        var silo = new SiloDetails(Options.Create(new ClusterOptions()), Options.Create(new EndpointOptions()), TimeProvider.System);
        _handover = new Handover(_table, silo, _ownership, classes, catalog, services);
    }

    [Fact]
    public async Task A_rebalance_that_comes_after_the_end_of_the_silo_has_nothing_to_give()
    {
        Hold(32);

        var leaving = _handover.GiveAllAsync(CancellationToken.None);
        _handover.Give(16);
        await leaving;
        await _handover.GiveAllAsync(CancellationToken.None);

        AssertGivenOnce(32);
    }

    [Fact]
    public async Task A_rebalance_and_the_end_of_the_silo_share_what_there_is()
    {
        for (var round = 0; round < 200; round++)
        {
            Hold(32);

            _handover.Give(16);
            await _handover.GiveAllAsync(CancellationToken.None);

            AssertGivenOnce(32);
            _table.Freed.Clear();
        }
    }

    private void Hold(int count) => _handover.Take([.. Enumerable.Range(0, count).Select(partition => new Tenure(partition, 1))]);

    private void AssertGivenOnce(int count)
    {
        Assert.Equal(Enumerable.Range(0, count), _table.Freed.Select(tenure => tenure.Partition).Order());
        Assert.Equal(0, _handover.Held);
        Assert.DoesNotContain(Enumerable.Range(0, count), _handover.IsMine);
    }

    private sealed class FreedPartitions : IClusterTable
    {
        public ConcurrentBag<Tenure> Freed { get; } = [];

        public bool IsShared => false;

        public bool IsLeased => false;

        public Task FreeAsync(IReadOnlyCollection<Tenure> tenures, CancellationToken cancellationToken)
        {
            foreach (var tenure in tenures)
                Freed.Add(tenure);
            return Task.CompletedTask;
        }

        public Task JoinAsync(SiloReport report, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ClusterView> BeatAsync(SiloReport report, bool judge, bool announce, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Tenure>> TakeAsync(ClusterView view, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WaitAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task LeaveAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DropAsync() => throw new NotSupportedException();
    }
}
