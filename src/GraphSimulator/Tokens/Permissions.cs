using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Tokens;

/// <summary>Which permission a target needs.</summary>
internal static class Permissions
{
    public static void Check(Session session, GraphTarget target, string method)
    {
        if (target.Kind is TargetKind.MyBusinesses or TargetKind.Business or TargetKind.BusinessAccounts)
            session.CheckBusiness();
        else if (target.Account is { } account)
            session.CheckAds(account.Number, target.ChangesAds(method));
        else if (target.Kind is TargetKind.Subscriptions && !session.IsApp)
            throw GraphErrors.Plain(15, "(#15) This method must be called with an app access_token.");
    }
}
