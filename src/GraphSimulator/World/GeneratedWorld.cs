using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// Accounts made up from a seed. Each is worked out when it is asked for and forgotten after the answer, so any
/// number of them costs nothing; only corrections are kept.
/// </summary>
internal sealed class GeneratedWorld(int seed, int accounts, WorldHabits habits = default) : IAdWorld
{
    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(0);
    private readonly IdSpace _ids = new(seed);
    private readonly ConcurrentDictionary<long, AccountCorrections> _corrections = new();

    public int AccountCount => accounts;

    public static GeneratedWorld Of(GraphSimulatorOptions options) =>
        new(options.Seed, options.Accounts, new WorldHabits(options.Restates, options.MixedAttribution));

    public long AccountNumber(int index) => _ids.AccountNumber(index);

    public bool TryFindAccount(long number, DateTimeOffset now, [NotNullWhen(true)] out AdAccount? account)
    {
        account = null;
        if (!_ids.TryAccountIndex(number, accounts, out var index))
            return false;
        _corrections.TryGetValue(number, out var corrections);
        account = GeneratedAccount.Create(_chance.At((ulong)index), _ids, index, now, corrections, habits);
        return true;
    }

    public bool TryFindAccountOfObject(long id, out long accountNumber)
    {
        var found = _ids.TryAccountOfObject(id, accounts, out var index);
        accountNumber = found ? _ids.AccountNumber(index) : 0;
        return found;
    }

    public AccountCorrections CorrectionsOf(long accountNumber) =>
        _corrections.GetOrAdd(accountNumber, _ => new AccountCorrections());
}
