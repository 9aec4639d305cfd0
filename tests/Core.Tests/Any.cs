using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Tenancy;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Tests;

/// <summary>Arbitrary values of the domain.</summary>
internal static class Any
{
    // Small, middling and beyond 2^53, since ids are compared as text elsewhere.
    public static Gen<long> AccountNumber { get; } = Gen.OneOf(
        Gen.Choose(1, 1000).Select(number => (long)number),
        from high in Gen.Choose(1, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select ((long)high << 31) | (long)low);

    public static Gen<AdAccountKey> AccountKey { get; } =
        from tenant in ArbMap.Default.GeneratorFor<Guid>()
        from number in AccountNumber
        select new AdAccountKey(new TenantId(tenant), AdAccountId.Parse($"{number}"));

    public static Gen<DateRange> Range { get; } =
        from start in Gen.Choose(0, 3_000_000)
        from days in Gen.Choose(1, 1200)
        let since = DateOnly.FromDayNumber(start)
        select new DateRange(since, since.AddDays(days - 1));
}
