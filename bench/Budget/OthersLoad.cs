using MetaGrains.Bench.Virtual;

namespace MetaGrains.Bench.Budget;

/// <summary>Somebody else with the same user and app: a rate that changes each hour between nothing and a share of the limit.</summary>
internal sealed class OthersLoad(VirtualTime time, VirtualMeta meta, double mostPerHour, int seed)
{
    /// <summary>The most that the others take.</summary>
    public const double MostShare = 0.6;

    private readonly Random _chance = new(seed);
    private double _perHour;

    public void Start()
    {
        Change();
        Call();
    }

    private void Change()
    {
        _perHour = Math.Max(1, _chance.NextDouble() * mostPerHour);
        time.In(TimeSpan.FromHours(1), Change);
    }

    private void Call() => time.In(TimeSpan.FromHours(-Math.Log(1 - _chance.NextDouble()) / _perHour), () =>
    {
        meta.CallOfOthers(1);
        Call();
    });
}
