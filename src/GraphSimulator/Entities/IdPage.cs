using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>A page of a list whose cursors are ids: it begins behind the object that its cursor names, also when that is gone.</summary>
internal readonly record struct IdPage(int First, int Last)
{
    private const int MostPerPage = 5_000;

    public static IdPage Of(GraphRequest request, AdEntity[] all, Func<AdEntity, long> id)
    {
        var limit = Paging.Limit(request, MostPerPage);
        if (request.Find("before") is { Length: > 0 } before && request.Find("after") is not { Length: > 0 })
        {
            var end = CountUpTo(Cursor(before) - 1, all, id);
            return new IdPage(Math.Max(0, end - limit), end);
        }

        var first = request.Find("after") is { Length: > 0 } after ? CountUpTo(Cursor(after), all, id) : 0;
        return new IdPage(first, Math.Min(all.Length, first + limit));
    }

    /// <summary>Writes the paging of a page that is not empty, and the summary if it is asked for.</summary>
    public void WritePaging(Utf8JsonWriter writer, GraphRequest request, AdEntity[] all, Func<AdEntity, long> id)
    {
        if (Last > First)
            Paging.Write(writer, request, Cursors.Write(id(all[First])), Cursors.Write(id(all[Last - 1])), Last < all.Length, First > 0);
        Paging.WriteCount(writer, request, all.Length);
    }

    private static int CountUpTo(long number, AdEntity[] all, Func<AdEntity, long> id)
    {
        var count = 0;
        while (count < all.Length && id(all[count]) <= number)
            count++;
        return count;
    }

    private static long Cursor(string text) =>
        Cursors.TryRead(text, out var id) ? id : throw GraphErrors.Invalid("Invalid cursors values");
}
