using System.Globalization;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Changes an object: <c>DELETE /{id}</c>, or <c>POST /{id}</c> with a status or a name.</summary>
internal static class EntityWrites
{
    private static readonly HashSet<string> Statuses = new(["ACTIVE", "PAUSED", "ARCHIVED", "DELETED"], StringComparer.Ordinal);

    public static void Apply(GraphRequest request, GraphTarget target, WorldCorrections corrections, DateTimeOffset now)
    {
        var node = target.Node!;
        if (!node.IsMadeUp)
            throw GraphErrors.UnknownObject(request.Segments[0], request.Method.ToLowerInvariant());
        var status = request.Method == "DELETE" ? "DELETED" : request.Find("status");
        if (status is not null && !Statuses.Contains(status))
            throw GraphErrors.Invalid("Param status must be one of {ACTIVE, PAUSED, DELETED, ARCHIVED}");
        if (status is null && request.Find("name") is null)
            throw GraphErrors.Invalid("This simulator changes status and name");
        if (node.Status is "DELETED" && status != "DELETED")
            throw GraphErrors.Invalid("A deleted object cannot be changed");
        corrections.Change(
            target.Account!.NodeId,
            node.Id.ToString(CultureInfo.InvariantCulture),
            new EntityChange(now) { Status = status, Name = request.Find("name") });
    }
}
