using System.Globalization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;

namespace MetaGrains.Bench.Wake;

/// <summary>Which accounts are due when: the same for grains and for their rivals.</summary>
/// <param name="Tenant">Whose accounts they are.</param>
/// <param name="Accounts">How many; their numbers are 1 to this.</param>
/// <param name="Interval">From one due time to the next.</param>
public sealed record WakePlan(TenantId Tenant, int Accounts, TimeSpan Interval)
{
    public AdAccountKey Key(int number) => new(Tenant, AdAccountId.Parse(number.ToString(CultureInfo.InvariantCulture)));

    public DateTimeOffset NextAfter(DateTimeOffset moment, AccountOffset offset) => SyncSchedule.NextAfter(moment, Interval, offset);

    /// <summary>The first due time of every account after a moment, in the order of their numbers.</summary>
    public DateTimeOffset[] FirstDue(DateTimeOffset moment) =>
        [.. Enumerable.Range(1, Accounts).Select(number => NextAfter(moment, AccountOffset.Of(Key(number))))];
}
