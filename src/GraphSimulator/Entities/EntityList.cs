using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>The list of campaigns, ad sets or ads under an account or an object.</summary>
/// <param name="node">The object that was called; null for the account.</param>
internal sealed class EntityList(GraphRequest request, AdAccount account, AdEntity? node, DeletedOnEdges deleted)
{
    /// <returns>How many were written.</returns>
    public int Write(EntityKind kind, NodeWriter nodes, Utf8JsonWriter writer)
    {
        var fields = FieldSelection.Read(request);
        var accepts = new EntityConditions(request, kind, deleted).Accepts;
        var all = account.Entities(kind).Where(entity => (node is null || entity.Above(node.Kind) == node) && accepts(entity)).ToArray();
        var page = IdPage.Of(request, all, entity => entity.Id);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var place = page.First; place < page.Last; place++)
            nodes.Entity(account, all[place], fields);
        writer.WriteEndArray();
        page.WritePaging(writer, request, all, entity => entity.Id);
        writer.WriteEndObject();
        return page.Last - page.First;
    }
}

/// <summary>The creatives of an account, a campaign, an ad set or an ad, in the order of their ads.</summary>
internal static class CreativeList
{
    public static void Write(GraphRequest request, AdAccount account, AdEntity? node, NodeWriter nodes, Utf8JsonWriter writer)
    {
        var fields = FieldSelection.Read(request);
        var ads = account.Ads.Where(ad => ad.CreativeId is not null && (node is null || ad.Above(node.Kind) == node)).ToArray();
        var page = IdPage.Of(request, ads, ad => ad.CreativeId!.Value);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        for (var place = page.First; place < page.Last; place++)
            nodes.Creative(account, ads[place], fields);
        writer.WriteEndArray();
        page.WritePaging(writer, request, ads, ad => ad.CreativeId!.Value);
        writer.WriteEndObject();
    }
}
