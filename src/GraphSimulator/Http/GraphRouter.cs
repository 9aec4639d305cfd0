using MetaGrains.GraphSimulator.Entities;
using MetaGrains.GraphSimulator.Reports;
using MetaGrains.GraphSimulator.Tokens;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Finds what a path leads to.</summary>
internal sealed class GraphRouter(IAdWorld world, BusinessBook businesses, ReportBook reports, string appId)
{
    /// <exception cref="GraphException">It leads nowhere.</exception>
    public GraphTarget Resolve(GraphRequest request, Session session, DateTimeOffset now)
    {
        var path = request.Segments;
        return path switch
        {
            ["me", ..] => Mine(path),
            ["debug_token"] => new GraphTarget(TargetKind.DebugToken),
            [var user, "permissions", ..] when user == session.Token.UserId && path.Length <= 3 => Permissions(path),
            [var app, "subscriptions"] when app == appId => new GraphTarget(TargetKind.Subscriptions),
            [] or { Length: > 2 } => throw GraphErrors.UnknownPath(path.Length == 0 ? "/" : Tail(path)),
            _ => OfObject(path, request.Method, now),
        };
    }

    private static GraphTarget Mine(string[] path) => path switch
    {
        ["me"] => new GraphTarget(TargetKind.Me),
        ["me", "adaccounts"] => new GraphTarget(TargetKind.MyAccounts),
        ["me", "businesses"] => new GraphTarget(TargetKind.MyBusinesses),
        ["me", "permissions"] => new GraphTarget(TargetKind.MyPermissions),
        ["me", "permissions", var name] => new GraphTarget(TargetKind.Permissions) { Name = name },
        _ => throw GraphErrors.UnknownPath(Tail(path)),
    };

    private static GraphTarget Permissions(string[] path) =>
        new(TargetKind.Permissions) { Name = path.Length == 3 ? path[2] : null };

    private static string Tail(string[] path) => $"/{string.Join('/', path.Skip(1))}";

    private GraphTarget OfObject(string[] path, string method, DateTimeOffset now)
    {
        var edge = path.Length == 2 ? path[1] : null;
        if (reports.Find(path[0]) is { } run)
            return OfReport(run, edge, path, now);
        if (businesses.IndexOf(path[0]) is { } business)
            return OfBusiness(business, edge, path);
        var (account, node, creative) = Find(path[0], method, now);
        if (creative)
            return edge is null ? new GraphTarget(TargetKind.Creative, account, node) : throw GraphErrors.UnknownPath(Tail(path));
        return edge switch
        {
            null => new GraphTarget(node is null ? TargetKind.Account : TargetKind.Entity, account, node),
            "insights" => new GraphTarget(TargetKind.Insights, account, node),
            "adcreatives" => new GraphTarget(TargetKind.Creatives, account, node),
            "subscribed_apps" when node is null => new GraphTarget(TargetKind.SubscribedApps, account),
            _ => ListEdges.KindOf(edge, node?.Kind) is { } kind
                ? new GraphTarget(TargetKind.List, account, node, kind)
                : throw GraphErrors.UnknownPath(Tail(path)),
        };
    }

    private GraphTarget OfReport(ReportRun run, string? edge, string[] path, DateTimeOffset now)
    {
        world.TryFindAccount(run.Account, now, out var account);
        return edge switch
        {
            null => new GraphTarget(TargetKind.Report, account) { Run = run },
            "insights" => new GraphTarget(TargetKind.ReportRows, account) { Run = run },
            _ => throw GraphErrors.UnknownPath(Tail(path)),
        };
    }

    private static GraphTarget OfBusiness(int index, string? edge, string[] path) => edge switch
    {
        null => new GraphTarget(TargetKind.Business) { Business = index },
        "owned_ad_accounts" or "client_ad_accounts" => new GraphTarget(TargetKind.BusinessAccounts) { Business = index, Name = edge },
        _ => throw GraphErrors.UnknownPath(Tail(path)),
    };

    private (AdAccount Account, AdEntity? Node, bool Creative) Find(string id, string method, DateTimeOffset now)
    {
        if (id.StartsWith("act_", StringComparison.Ordinal))
        {
            if (IdSpace.TryParse(id.AsSpan(4), out var number) && world.TryFindAccount(number, now, out var account))
                return (account, null, false);
        }
        else if (IdSpace.TryParse(id, out var objectId))
        {
            var creative = IdSpace.TryAdOfCreative(objectId, out var adId);
            var wanted = creative ? adId : objectId;
            if (world.TryFindAccountOfObject(wanted, out var number)
                && world.TryFindAccount(number, now, out var account)
                && account.TryFind(wanted, out var node)
                && (!creative || node.CreativeId == objectId))
            {
                return (account, node, creative);
            }
        }

        throw GraphErrors.UnknownObject(id, method.ToLowerInvariant());
    }
}
