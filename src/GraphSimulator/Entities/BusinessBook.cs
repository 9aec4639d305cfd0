using System.Globalization;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>The businesses of the world: every account of a made-up world has one of its own.</summary>
internal sealed class BusinessBook(IAdWorld world, TimeProvider clock)
{
    /// <summary>Beyond this many accounts the table would cost more than a list of businesses is worth.</summary>
    private const int MostKnown = 100_000;

    private readonly Lazy<Dictionary<string, int>> _byId = new(() => Read(world, clock));

    public static string? IdOf(AdAccount account) => account.BusinessId?.ToString(CultureInfo.InvariantCulture);

    /// <summary>The place of the account that a business owns, or null when the id is no business.</summary>
    public int? IndexOf(string id) =>
        id.Length == 15 && id[0] != 'a' && _byId.Value.TryGetValue(id, out var index) ? index : null;

    private static Dictionary<string, int> Read(IAdWorld world, TimeProvider clock)
    {
        var byId = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < Math.Min(world.AccountCount, MostKnown); index++)
        {
            if (world.TryFindAccount(world.AccountNumber(index), clock.GetUtcNow(), out var account) && IdOf(account) is { } id)
                byId.TryAdd(id, index);
        }

        return byId;
    }
}
