using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Warehouse.Control;

namespace MetaGrains.Warehouse.Upkeep;

/// <summary>What a round of learning did.</summary>
/// <param name="Looked">Accounts that were looked at.</param>
/// <param name="Changed">Accounts whose lookback changed.</param>
/// <param name="Moved">Accounts that move by themselves and are in another tier now.</param>
public sealed record LearningReport(int Looked, int Changed, int Moved);

/// <summary>
/// Learns from what was published, once a day for each account. Any host may call it as often as it likes, several at once:
/// what two of them learn from the same ledger is the same.
/// </summary>
public sealed class AccountLearning(LookbackStore lookbacks, AutoTierStore tiers, TimeProvider clock)
{
    private const int Batch = 10_000;

    /// <summary>How long what was learned of an account counts.</summary>
    public static TimeSpan Lasts { get; } = TimeSpan.FromDays(1);

    /// <summary>One round.</summary>
    public async Task<LearningReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (looked, changed, moved) = (0, 0, 0);
        while (await lookbacks.StaleAsync(now - Lasts, now, Batch, cancellationToken) is { Count: > 0 } histories)
        {
            var learned = histories.Select(history => (history.Account, Learned: Lookback.Learn(history.Changes, history.Before))).ToArray();
            moved += await MoveAsync([.. histories.Select(history => history.Account)], now, cancellationToken);
            // Last, since it says that the accounts were looked at.
            await lookbacks.WriteAsync(learned, now, cancellationToken);
            looked += histories.Count;
            changed += histories.Zip(learned).Count(pair => pair.First.Before?.Days != pair.Second.Learned?.Days);
        }

        return new LearningReport(looked, changed, moved);
    }

    private async Task<int> MoveAsync(IReadOnlyCollection<AdAccountKey> accounts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var chosen = (await tiers.FactsAsync(accounts, now, cancellationToken))
            .Select(account => (account, Choice: AutoTier.Decide(account.Facts, account.Rank, account.Bounds)))
            .Where(move => move.account.Rank != move.Choice.Tier || !move.account.Explained)
            .ToArray();
        return chosen.Length == 0 ? 0 : await tiers.MoveAsync(chosen, now, cancellationToken);
    }
}
