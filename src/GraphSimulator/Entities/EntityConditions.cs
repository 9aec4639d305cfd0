using System.Globalization;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>What a list demands of its objects. Archived and deleted ones show only when a filter lists their status.</summary>
internal sealed class EntityConditions
{
    private readonly List<Func<AdEntity, bool>> _all = [];

    public EntityConditions(GraphRequest request, EntityKind kind, DeletedOnEdges deleted)
    {
        var statusAsked = false;
        foreach (var filter in FilterParameter.Read(request))
        {
            var dot = filter.Field.IndexOf('.', StringComparison.Ordinal);
            var property = filter.Field[(dot + 1)..];
            var on = dot < 0 ? kind : FilterParameter.KindOf(filter.Field[..dot]);
            if (on is not { } above || above > kind)
                throw GraphErrors.Invalid($"Filtering field {filter.Field} is invalid");
            _all.Add(property is "updated_time" or "created_time" ? Time(filter, above, property) : Property(filter, above, property));
            if (property is "effective_status" or "status" or "configured_status" or "delivery_info")
                CheckDeleted(filter.Values, deleted);
            statusAsked |= property is "effective_status" or "status" or "configured_status" or "delivery_info" && above == kind;
        }

        if (ListParameters.Read(request, "effective_status") is { Count: > 0 } statuses)
        {
            CheckDeleted(statuses, deleted);
            _all.Add(entity => statuses.Contains(entity.EffectiveStatus));
            statusAsked = true;
        }

        if (!statusAsked)
            _all.Add(entity => !entity.IsPutAway);
        AddParameters(request, kind);
    }

    public bool Accepts(AdEntity entity) => _all.TrueForAll(condition => condition(entity));

    // updated_since exists on ad sets and ads, is_completed on campaigns and ad sets.
    private void AddParameters(GraphRequest request, EntityKind kind)
    {
        if (kind != EntityKind.Campaign && request.Find("updated_since") is { Length: > 0 } since)
        {
            if (!long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var bound))
                throw GraphErrors.Invalid("Param updated_since must be a unix timestamp");
            _all.Add(entity => entity.UpdatedTime is { } text && UnixSeconds(text) >= bound);
        }

        if (kind != EntityKind.Ad && request.Find("is_completed") is { Length: > 0 } completed)
            _all.Add(entity => entity.Status is "ARCHIVED" or "DELETED" or "PAUSED" == completed is "true" or "1");
    }

    private static void CheckDeleted(IEnumerable<string> statuses, DeletedOnEdges deleted)
    {
        if (deleted == DeletedOnEdges.Reject && statuses.Any(status => status is "DELETED" or "deleted" or "permanently_deleted"))
            throw GraphErrors.Invalid("Deleted objects cannot be listed; read them by their ids");
    }

    private static Func<AdEntity, bool> Property(FilterParameter filter, EntityKind above, string property)
    {
        var holds = filter.EntityCondition(property);
        return entity => holds(entity.Above(above)!);
    }

    private static Func<AdEntity, bool> Time(FilterParameter filter, EntityKind above, string property)
    {
        var holds = filter.NumberCondition();
        return entity => (property == "updated_time" ? entity.Above(above)!.UpdatedTime : entity.Above(above)!.CreatedTime) is { } text
            && holds(UnixSeconds(text));
    }

    // "zzz" also reads an offset without its colon.
    private static long UnixSeconds(string text) =>
        DateTimeOffset.ParseExact(text, "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture).ToUnixTimeSeconds();
}
