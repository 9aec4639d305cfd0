using System.Net;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Engine.Membership;

namespace MetaGrains.Engine.Tests.PortableOnly;

/// <summary>How partitions are shared out: pure, in any cluster.</summary>
public sealed class BalanceTests
{
    private static readonly SiloAddress[] Names = [.. Enumerable.Range(1, 12).Select(port => SiloAddress.New(IPAddress.Loopback, port, 1))];

    [Fact]
    public void From_anywhere_silos_come_to_equal_shares_in_a_few_rounds_and_then_nothing_moves() => Prop.ForAll(
        Gen.Choose(1, 12).SelectMany(silos => Gen.ArrayOf(Gen.Choose(-1, 11), 256).Select(owners => (silos, owners))).ToArbitrary(),
        start =>
        {
            var silos = Names[..start.silos];
            var rows = start.owners.Select(owner => new PartitionRow(owner < 0 ? null : Names[owner], 1)).ToArray();

            for (var round = 0; round < 100; round++)
                Round(silos, rows);

            var shares = silos.Select(silo => rows.Count(row => silo.Equals(row.Owner))).ToArray();
            var settled = rows.ToArray();
            Round(silos, rows);
            return shares.Sum() == 256 && shares.Max() - shares.Min() <= 1 && settled.SequenceEqual(rows);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_more_than_needed_moves_when_a_silo_joins()
    {
        var rows = Enumerable.Range(0, 256).Select(partition => new PartitionRow(Names[partition % 2], 1)).ToArray();
        var before = rows.ToArray();

        for (var round = 0; round < 50; round++)
            Round(Names[..3], rows);

        Assert.Equal(85, before.Zip(rows).Count(pair => !Equals(pair.First.Owner, pair.Second.Owner)));
    }

    [Fact]
    public void A_silo_that_drains_takes_nothing_and_what_it_owns_is_not_taken_from_it()
    {
        var rows = Enumerable.Range(0, 256).Select(partition => new PartitionRow(partition < 100 ? Names[0] : null, 1)).ToArray();
        var view = new ClusterView([Row(Names[0], SiloStatus.ShuttingDown), Row(Names[1])], rows);

        Assert.Empty(Balance.Plan(view, Names[0], 100, partition => partition < 100).Take);
        Assert.Equal(Enumerable.Range(100, 156), Balance.Plan(view, Names[1], 0, _ => false).Take);
    }

    [Fact]
    public void What_a_silo_owns_by_its_row_only_is_taken_again()
    {
        var rows = Enumerable.Range(0, 256).Select(_ => new PartitionRow(Names[0], 1)).ToArray();
        var view = new ClusterView([Row(Names[0])], rows);

        Assert.Equal(256, Balance.Plan(view, Names[0], 0, _ => false).Take.Length);
    }

    // Each silo in turn acts upon the same view, which is as old as the last round.
    private static void Round(SiloAddress[] silos, PartitionRow[] rows)
    {
        var view = new ClusterView([.. silos.Select(silo => Row(silo))], [.. rows]);
        foreach (var silo in silos)
        {
            var held = Enumerable.Range(0, rows.Length).Where(partition => silo.Equals(view.Partitions[partition].Owner)).ToArray();
            var (take, give) = Balance.Plan(view, silo, held.Length, held.Contains);
            foreach (var partition in take.Where(partition => rows[partition] == view.Partitions[partition]))
                rows[partition] = new PartitionRow(silo, rows[partition].Epoch + 1);
            foreach (var partition in take.Length > 0 ? [] : held[^Math.Min(give, Balance.Step)..])
                rows[partition] = rows[partition] with { Owner = null };
        }
    }

    private static SiloRow Row(SiloAddress silo, SiloStatus status = SiloStatus.Active) => new(silo, null, status, null, new Dictionary<string, int>(), 0);
}
