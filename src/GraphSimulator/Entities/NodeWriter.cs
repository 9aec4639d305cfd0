using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.Insights;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Writes nodes with the fields that were chosen, and into them the objects and edges behind them, as deep as asked.</summary>
internal sealed class NodeWriter(GraphRequest request, DateTimeOffset now, InsightsEndpoint insights, DeletedOnEdges deleted, Utf8JsonWriter writer)
{
    /// <summary>Nesting beyond this is refused, as a query of that depth is a mistake.</summary>
    private const int MostDepth = 6;

    private int _depth;

    public void Account(AdAccount account, IReadOnlyList<FieldSelection> fields)
    {
        Open();
        foreach (var field in fields.Count > 0 ? fields : AccountFields.Default)
        {
            if (Edge(account, null, field))
                continue;
            AccountFields.Check(field);
            AccountFields.Write(writer, account, now, field);
        }

        Close(fields.Count > 0 ? fields : AccountFields.Default, account.NodeId);
    }

    public void Entity(AdAccount account, AdEntity entity, IReadOnlyList<FieldSelection> fields)
    {
        Open();
        foreach (var field in fields)
        {
            if (Parent(account, entity, field) || Edge(account, entity, field))
                continue;
            EntityFields.Check(entity.Kind, field);
            EntityFields.Write(writer, account, entity, field);
        }

        Close(fields, entity.Id.ToString(CultureInfo.InvariantCulture));
    }

    public void Creative(AdAccount account, AdEntity ad, IReadOnlyList<FieldSelection> fields)
    {
        Open();
        foreach (var field in fields)
        {
            CreativeFields.Check(field);
            CreativeFields.Write(writer, account, ad, now, field);
        }

        Close(fields, CreativeFields.Id(ad));
    }

    private void Open()
    {
        if (++_depth > MostDepth)
            throw GraphErrors.Plain(2500, "The fields are nested too deeply");
        writer.WriteStartObject();
    }

    // The id is always there.
    private void Close(IReadOnlyList<FieldSelection> fields, string id)
    {
        if (!fields.Any(field => field.Key == "id"))
            writer.WriteString("id"u8, id);
        writer.WriteEndObject();
        _depth--;
    }

    private bool Parent(AdAccount account, AdEntity entity, FieldSelection field)
    {
        if (field.Name == "creative" && entity.Kind == EntityKind.Ad)
        {
            if (entity.CreativeId is not null)
            {
                writer.WritePropertyName(field.Key);
                Creative(account, entity, field.Children);
            }

            return true;
        }

        var kind = field.Name switch { "campaign" => EntityKind.Campaign, "adset" => EntityKind.AdSet, _ => entity.Kind };
        if (kind >= entity.Kind || entity.Above(kind) is not { } parent)
            return false;
        writer.WritePropertyName(field.Key);
        Entity(account, parent, field.Children);
        return true;
    }

    private bool Edge(AdAccount account, AdEntity? node, FieldSelection field)
    {
        var list = ListEdges.KindOf(field.Name, node?.Kind);
        if (list is null && field.Name is not ("insights" or "adcreatives"))
            return false;
        var id = node is null ? account.NodeId : node.Id.ToString(CultureInfo.InvariantCulture);
        var call = request.At($"{id}/{field.Name}", field.Parameters());
        if (field.Name == "insights")
        {
            // An object without delivery has no insights at all, not an empty list.
            insights.WriteNested(call, account, node, field.Key, writer);
            return true;
        }

        writer.WritePropertyName(field.Key);
        var nested = new NodeWriter(call, now, insights, deleted, writer) { _depth = _depth };
        if (list is { } kind)
            new EntityList(call, account, node, deleted).Write(kind, nested, writer);
        else
            CreativeList.Write(call, account, node, nested, writer);
        return true;
    }
}
