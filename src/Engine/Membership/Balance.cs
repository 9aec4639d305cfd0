namespace MetaGrains.Engine.Membership;

/// <summary>Which partitions a silo should take and how many it should give. Pure: silos with one view agree.</summary>
internal static class Balance
{
    /// <summary>So many partitions move at a time, so that most grains are reachable while others move.</summary>
    public const int Step = 16;

    /// <param name="held">How many partitions take calls at the silo, which knows it better than the view.</param>
    /// <param name="isMine">Whether it owns the partition, be it on the way to another.</param>
    public static (int[] Take, int Give) Plan(ClusterView view, SiloAddress me, int held, Func<int, bool> isMine)
    {
        var target = Target(view, me);
        var others = Enumerable.Range(0, view.Partitions.Length).Where(partition => !isMine(partition)).ToArray();
        // What is this silo's by its row only nobody else may take: it comes first, and goes the usual way if it is too much.
        var orphans = target == 0 ? [] : others.Where(partition => me.Equals(view.Partitions[partition].Owner)).ToArray();
        var free = others.Where(partition => view.Find(view.Partitions[partition].Owner) is null);
        return ([.. orphans, .. free.Take(target - held - orphans.Length)], Math.Max(held - target, 0));
    }

    // Equal shares; those who hold the most keep the odd ones, so that none moves in vain.
    private static int Target(ClusterView view, SiloAddress me)
    {
        var counts = view.Living.Where(silo => silo.Status == SiloStatus.Active).ToDictionary(silo => silo.Silo, _ => 0);
        if (!counts.ContainsKey(me))
            return 0;
        foreach (var partition in view.Partitions)
        {
            if (partition.Owner is { } owner && counts.TryGetValue(owner, out var count))
                counts[owner] = count + 1;
        }

        var rank = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair => pair.Key).TakeWhile(silo => !silo.Equals(me)).Count();
        return (view.Partitions.Length / counts.Count) + (rank < view.Partitions.Length % counts.Count ? 1 : 0);
    }
}
