using System.Collections;

namespace MetaGrains.GraphSimulator.World;

/// <summary>The node ids of all accounts, worked out one by one.</summary>
internal sealed class AccountIdList(IAdWorld world) : IReadOnlyList<string>
{
    public int Count => world.AccountCount;

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return $"act_{world.AccountNumber(index)}";
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
