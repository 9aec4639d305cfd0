using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Answers the lists of campaigns, ad sets and ads, and reads of one of them.</summary>
internal static class EntityEndpoint
{
    private const int MostPerPage = 5_000;

    /// <summary>The list of a kind under an account or an object.</summary>
    /// <param name="node">The object that was called; null for the account.</param>
    /// <returns>How many were written.</returns>
    public static int List(GraphRequest request, AdAccount account, AdEntity? node, EntityKind kind, Utf8JsonWriter writer)
    {
        var fields = ListParameters.Fields(request);
        EntityFields.Check(kind, fields);
        var accepts = Conditions(request, kind);
        var all = account.Entities(kind).Where(entity => (node is null || entity.Above(node.Kind) == node) && accepts(entity)).ToArray();
        var (first, last) = Page(request, all);

        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var place = first; place < last; place++)
            EntityFields.Write(writer, account, all[place], fields);
        writer.WriteEndArray();
        if (last > first)
            Paging.Write(writer, request, Cursors.Write(all[first].Id), Cursors.Write(all[last - 1].Id), last < all.Length, first > 0);
        writer.WriteEndObject();
        return last - first;
    }

    /// <summary>One object, in whatever status it is.</summary>
    public static void Read(GraphRequest request, AdAccount account, AdEntity entity, Utf8JsonWriter writer)
    {
        var fields = ListParameters.Fields(request);
        EntityFields.Check(entity.Kind, fields);
        EntityFields.Write(writer, account, entity, fields);
    }

    // Cursors are ids: a page begins behind the object it names, also when that object is gone.
    private static (int First, int Last) Page(GraphRequest request, AdEntity[] all)
    {
        var limit = Paging.Limit(request, MostPerPage);
        if (request.Find("before") is { Length: > 0 } before && request.Find("after") is not { Length: > 0 })
        {
            var end = CountUpTo(Cursor(before) - 1, all);
            return (Math.Max(0, end - limit), end);
        }

        var first = request.Find("after") is { Length: > 0 } after ? CountUpTo(Cursor(after), all) : 0;
        return (first, Math.Min(all.Length, first + limit));
    }

    private static int CountUpTo(long id, AdEntity[] all)
    {
        var count = 0;
        while (count < all.Length && all[count].Id <= id)
            count++;
        return count;
    }

    private static long Cursor(string text) =>
        Cursors.TryRead(text, out var id) ? id : throw GraphErrors.Invalid("Invalid cursors values");

    // Archived and deleted objects show only when a filter lists their status.
    private static Func<AdEntity, bool> Conditions(GraphRequest request, EntityKind kind)
    {
        var conditions = new List<Func<AdEntity, bool>>();
        var statusAsked = false;
        foreach (var filter in FilterParameter.Read(request))
        {
            var dot = filter.Field.IndexOf('.', StringComparison.Ordinal);
            var property = filter.Field[(dot + 1)..];
            var on = dot < 0 ? kind : FilterParameter.KindOf(filter.Field[..dot]);
            if (on is not { } above || above > kind)
                throw GraphErrors.Invalid($"Filtering field {filter.Field} is invalid");
            conditions.Add(property == "updated_time" ? UpdatedTime(filter, above) : Property(filter, above, property));
            statusAsked |= property is "effective_status" or "status" && above == kind;
        }

        if (ListParameters.Read(request, "effective_status") is { Count: > 0 } statuses)
        {
            conditions.Add(entity => statuses.Contains(entity.EffectiveStatus));
            statusAsked = true;
        }

        if (!statusAsked)
            conditions.Add(entity => entity.EffectiveStatus is not ("ARCHIVED" or "DELETED"));
        return entity => conditions.TrueForAll(condition => condition(entity));
    }

    private static Func<AdEntity, bool> Property(FilterParameter filter, EntityKind above, string property)
    {
        var holds = filter.EntityCondition(property);
        return entity => holds(entity.Above(above)!);
    }

    private static Func<AdEntity, bool> UpdatedTime(FilterParameter filter, EntityKind above)
    {
        var holds = filter.NumberCondition();
        return entity => entity.Above(above)!.UpdatedTime is { } text && holds(UnixSeconds(text));
    }

    // "zzz" also reads an offset without its colon.
    private static long UnixSeconds(string text) =>
        DateTimeOffset.ParseExact(text, "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture).ToUnixTimeSeconds();
}
