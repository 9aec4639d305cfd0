using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>What a path leads to.</summary>
internal enum TargetKind
{
    Me,
    MyAccounts,
    Account,
    Entity,
    List,
    Insights,
}

/// <summary>A resolved path.</summary>
/// <param name="Node">The object that was called; null when it is the account.</param>
/// <param name="Listed">The kind of a list.</param>
internal sealed record GraphTarget(TargetKind Kind, AdAccount? Account = null, AdEntity? Node = null, EntityKind? Listed = null)
{
    public UseCase UseCase => Kind switch
    {
        TargetKind.Insights => UseCase.AdsInsights,
        TargetKind.Me or TargetKind.MyAccounts => UseCase.None,
        _ => UseCase.AdsManagement,
    };
}

/// <summary>Finds what a path leads to.</summary>
internal sealed class GraphRouter(IAdWorld world)
{
    /// <exception cref="GraphException">It leads nowhere.</exception>
    public GraphTarget Resolve(GraphRequest request, DateTimeOffset now)
    {
        var path = request.Segments;
        if (path is ["me", ..])
        {
            return path switch
            {
                ["me"] => new GraphTarget(TargetKind.Me),
                ["me", "adaccounts"] => new GraphTarget(TargetKind.MyAccounts),
                _ => throw GraphErrors.UnknownPath(Tail(path)),
            };
        }

        if (path.Length is 0 or > 2)
            throw GraphErrors.UnknownPath(path.Length == 0 ? "/" : Tail(path));
        var (account, node) = Find(path[0], request.Method, now);
        if (path.Length == 1)
            return new GraphTarget(node is null ? TargetKind.Account : TargetKind.Entity, account, node);
        return path[1] switch
        {
            "insights" => new GraphTarget(TargetKind.Insights, account, node),
            "campaigns" when node is null => List(EntityKind.Campaign),
            "adsets" when node is null or { Kind: EntityKind.Campaign } => List(EntityKind.AdSet),
            "ads" when node is null or { Kind: not EntityKind.Ad } => List(EntityKind.Ad),
            _ => throw GraphErrors.UnknownPath(Tail(path)),
        };

        GraphTarget List(EntityKind kind) => new(TargetKind.List, account, node, kind);
    }

    private static string Tail(string[] path) => $"/{string.Join('/', path.Skip(1))}";

    private (AdAccount Account, AdEntity? Node) Find(string id, string method, DateTimeOffset now)
    {
        if (id.StartsWith("act_", StringComparison.Ordinal))
        {
            if (IdSpace.TryParse(id.AsSpan(4), out var number) && world.TryFindAccount(number, now, out var account))
                return (account, null);
        }
        else if (IdSpace.TryParse(id, out var objectId)
            && world.TryFindAccountOfObject(objectId, out var number)
            && world.TryFindAccount(number, now, out var account)
            && account.TryFind(objectId, out var node))
        {
            return (account, node);
        }

        throw GraphErrors.UnknownObject(id, method.ToLowerInvariant());
    }
}
