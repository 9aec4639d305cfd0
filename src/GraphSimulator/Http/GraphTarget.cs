using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.Reports;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>What a path leads to.</summary>
internal enum TargetKind
{
    Me,
    MyAccounts,
    MyBusinesses,
    MyPermissions,
    Permissions,
    DebugToken,
    Subscriptions,
    Business,
    BusinessAccounts,
    Account,
    Entity,
    Creative,
    List,
    Creatives,
    Insights,
    SubscribedApps,
    Report,
    ReportRows,
}

/// <summary>A resolved path.</summary>
/// <param name="Node">The object that was called, the ad of a creative; null when it is the account.</param>
/// <param name="Listed">The kind of a list.</param>
internal sealed record GraphTarget(TargetKind Kind, AdAccount? Account = null, AdEntity? Node = null, EntityKind? Listed = null)
{
    /// <summary>The report run that was called.</summary>
    public ReportRun? Run { get; init; }

    /// <summary>The place of the account whose business was called.</summary>
    public int Business { get; init; }

    /// <summary>The rest of the path, where it names something.</summary>
    public string? Name { get; init; }

    public UseCase UseCase => Kind switch
    {
        TargetKind.Insights or TargetKind.Report or TargetKind.ReportRows => UseCase.AdsInsights,
        _ => Account is null ? UseCase.None : UseCase.AdsManagement,
    };

    /// <summary>Whether the method is one that the target understands.</summary>
    public bool Takes(string method) => method switch
    {
        "GET" => Kind is not TargetKind.Permissions,
        "POST" => Kind is TargetKind.Insights or TargetKind.Subscriptions or TargetKind.SubscribedApps or TargetKind.Entity,
        "DELETE" => Kind is TargetKind.Permissions or TargetKind.Subscriptions or TargetKind.SubscribedApps or TargetKind.Entity or TargetKind.Report,
        _ => false,
    };

    /// <summary>Whether a POST or DELETE changes ads, for which a permission of its own is needed.</summary>
    public bool ChangesAds(string method) => method != "GET" && Kind is TargetKind.Entity or TargetKind.SubscribedApps;
}
