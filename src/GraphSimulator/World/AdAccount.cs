using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace MetaGrains.GraphSimulator.World;

/// <summary>
/// An ad account as it stands at one moment: its objects and what they delivered. Delivery does not depend on the
/// moment; statuses do. Lists are in ascending order of id, which is the order of answers.
/// </summary>
internal abstract class AdAccount
{
    public required long Number { get; init; }

    public required string Name { get; init; }

    public required Currency Currency { get; init; }

    public required DateTimeZone Zone { get; init; }

    public long? BusinessId { get; init; }

    public string? BusinessName { get; init; }

    public string? CreatedTime { get; init; }

    /// <summary>No ad delivered before it.</summary>
    public required DateOnly FirstDay { get; init; }

    /// <summary>The account's date at the moment it was looked at.</summary>
    public required DateOnly Today { get; init; }

    public required ActionCatalog Actions { get; init; }

    public abstract IReadOnlyList<AdEntity> Campaigns { get; }

    public abstract IReadOnlyList<AdEntity> AdSets { get; }

    public abstract IReadOnlyList<AdEntity> Ads { get; }

    /// <summary>Corrections on top of the world; null when the account has none.</summary>
    public AccountCorrections? Corrections { get; init; }

    public string NodeId => $"act_{Number}";

    /// <summary>How finely one ad-day can be split for a breakdown; null where the world does not know.</summary>
    public abstract BreakdownShares? SharesOf(Breakdown breakdown);

    /// <summary>De-duplicated reach of a row; null where it is unknown.</summary>
    /// <param name="entity">The object of the row, null for the account.</param>
    public abstract long? Reach(AdEntity? entity, DateOnly since, DateOnly until, Totals totals);

    /// <summary>Whether the uncorrected world has a row: <see cref="Produce"/> without its cost.</summary>
    protected abstract bool Produces(AdEntity ad, DateOnly date);

    /// <summary>Fills the day with what the uncorrected world delivered.</summary>
    /// <returns>False when there was no delivery; the day is then left as it is.</returns>
    protected abstract bool Produce(AdEntity ad, DateOnly date, AdDay day);

    public IReadOnlyList<AdEntity> Entities(EntityKind kind) => kind switch
    {
        EntityKind.Campaign => Campaigns,
        EntityKind.AdSet => AdSets,
        _ => Ads,
    };

    public bool TryFind(long id, [NotNullWhen(true)] out AdEntity? entity)
    {
        entity = FindIn(Ads, id) ?? FindIn(AdSets, id) ?? FindIn(Campaigns, id);
        return entity is not null;
    }

    /// <summary>Whether an ad has a row on a day. An ad without delivery has none, not a row of zeros.</summary>
    public bool Delivers(AdEntity ad, DateOnly date) =>
        date <= Today
        && (Corrections is not null && Corrections.TryFind(ad.Id, date, out var correction)
            ? correction.Leaves(Produces(ad, date))
            : Produces(ad, date));

    /// <summary>Fills the day with what an ad delivered.</summary>
    /// <returns>False when it has no row on that day.</returns>
    public bool Read(AdEntity ad, DateOnly date, AdDay day)
    {
        if (date > Today)
            return false;
        if (Corrections is null || !Corrections.TryFind(ad.Id, date, out var correction))
            return Produce(ad, date, day);

        var produced = Produce(ad, date, day);
        if (!correction.Leaves(produced))
            return false;
        if (!produced || correction.Removed)
            day.Clear();
        correction.Apply(day);
        return true;
    }

    private static AdEntity? FindIn(IReadOnlyList<AdEntity> entities, long id)
    {
        var (low, high) = (0, entities.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var entity = entities[middle];
            if (entity.Id == id)
                return entity;
            if (entity.Id < id)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }
}
