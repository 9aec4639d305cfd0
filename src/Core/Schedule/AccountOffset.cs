using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;

namespace MetaGrains.Core.Schedule;

/// <summary>
/// An account's place inside every interval, so that 100,000 accounts spread evenly: the fraction
/// <paramref name="Fraction"/> ÷ 2^30. Stored in <c>account_schedule</c> as the bare number; SQL has the same place as
/// <c>(fraction::bigint * interval_ms) / 1073741824</c>.
/// </summary>
/// <param name="Fraction">Numerator over 2^30, from 0.</param>
public readonly record struct AccountOffset(int Fraction)
{
    private const int Bits = 30;

    /// <summary>The account's offset, for ever: a stable hash of its key.</summary>
    public static AccountOffset Of(AdAccountKey account) => new((int)(StableHash.Of($"offset/{account}") >> (64 - Bits)));

    /// <summary>The place inside one interval: at least zero, less than the interval, in whole milliseconds.</summary>
    /// <param name="interval">From one millisecond to <see cref="SyncSchedule.MaxIntervalDays"/> days.</param>
    public TimeSpan Within(TimeSpan interval) => TimeSpan.FromMilliseconds((Fraction * SyncSchedule.Milliseconds(interval)) >> Bits);
}
