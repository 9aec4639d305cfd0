using System.Collections.Immutable;
using System.Globalization;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Entities;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Http;

namespace MetaGrains.Graph.Entities;

/// <summary>
/// Which objects of an account are listed. There is one type for each kind, and it can say only what the kind's edge
/// understands. Without statuses Meta leaves out what is archived or deleted.
/// </summary>
public abstract record EntityQuery<T>
    where T : EntityRecord
{
    private protected EntityQuery(EntityEdge<T> edge, AdAccountId account)
    {
        Edge = edge;
        Account = account;
    }

    /// <summary>The edge.</summary>
    public EntityEdge<T> Edge { get; }

    /// <summary>The account.</summary>
    public AdAccountId Account { get; }

    /// <summary>Asked for a permit right before each HTTP request, retries included.</summary>
    public ICallPermits Permits { get; init; } = CallPermits.Unlimited;

    /// <summary>The node whose edge is read: the account, or an object above the kind.</summary>
    private protected virtual string? Parent => null;

    internal GraphRequest Request(string fields, int limit, string? after)
    {
        var request = new GraphRequest(Edge.Name, $"{Parent ?? Account.ToString()}/{Edge.Name}", Account) { Permits = Permits }.With("fields", fields);
        Narrow(request);
        request.With("limit", limit.ToString(CultureInfo.InvariantCulture));
        return after is null ? request : request.With("after", after);
    }

    private protected virtual void Narrow(GraphRequest request)
    {
    }

    private protected static string? NodeId(string? id) =>
        id is null || (id.Length > 0 && id.All(char.IsAsciiDigit))
            ? id
            : throw new ArgumentException($"'{id}' is no id of an object: digits only.", nameof(id));
}

/// <summary>What campaigns, ad sets and ads can be narrowed by.</summary>
public abstract record DeliveringQuery<T> : EntityQuery<T>
    where T : EntityRecord
{
    private protected DeliveringQuery(EntityEdge<T> edge, AdAccountId account)
        : base(edge, account)
    {
    }

    /// <summary>Effective statuses, such as <c>ARCHIVED</c>; empty for Meta's default. Listing <c>DELETED</c> is not reliable.</summary>
    public ImmutableArray<string> Statuses { get; init; } = [];

    /// <summary>Filters, such as <c>campaign.id IN …</c>; empty for none.</summary>
    public ImmutableArray<InsightsFilter> Filtering { get; init; } = [];

    /// <summary>Only what changed from then on; null for all.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    private protected abstract void Since(GraphRequest request, List<InsightsFilter> filters, string unixTime);

    private protected override void Narrow(GraphRequest request)
    {
        if (!Statuses.IsEmpty)
            request.With("effective_status", FilterJson.List(Statuses));
        var filters = Filtering.ToList();
        if (UpdatedSince is { } since)
            Since(request, filters, since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (filters.Count > 0)
            request.With("filtering", FilterJson.Filters(filters, $"the list of {Edge.Name}"));
    }
}

/// <summary>Lists campaigns.</summary>
public sealed record CampaignQuery(AdAccountId Of) : DeliveringQuery<CampaignRecord>(EntityEdges.Campaigns, Of)
{
    // The edge of campaigns has no updated_since; GREATER_THAN leaves out the second itself.
    private protected override void Since(GraphRequest request, List<InsightsFilter> filters, string unixTime) =>
        filters.Add(new InsightsFilter("campaign.updated_time", "GREATER_THAN", [(long.Parse(unixTime, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture)]));
}

/// <summary>Lists ad sets of an account or of a campaign.</summary>
public sealed record AdSetQuery(AdAccountId Of) : DeliveringQuery<AdSetRecord>(EntityEdges.AdSets, Of)
{
    private readonly string? _campaignId;

    /// <summary>The campaign whose ad sets are listed; null for the whole account.</summary>
    public string? CampaignId
    {
        get => _campaignId;
        init => _campaignId = NodeId(value);
    }

    private protected override string? Parent => CampaignId;

    private protected override void Since(GraphRequest request, List<InsightsFilter> filters, string unixTime) => request.With("updated_since", unixTime);
}

/// <summary>Lists ads of an account, a campaign or an ad set.</summary>
public sealed record AdQuery(AdAccountId Of) : DeliveringQuery<AdRecord>(EntityEdges.Ads, Of)
{
    private readonly string? _parentId;

    /// <summary>The campaign or ad set whose ads are listed; null for the whole account.</summary>
    public string? ParentId
    {
        get => _parentId;
        init => _parentId = NodeId(value);
    }

    private protected override string? Parent => ParentId;

    private protected override void Since(GraphRequest request, List<InsightsFilter> filters, string unixTime) => request.With("updated_since", unixTime);
}

/// <summary>Lists creatives of an account or of an ad; the edge knows neither statuses nor times of change.</summary>
public sealed record CreativeQuery(AdAccountId Of) : EntityQuery<CreativeRecord>(EntityEdges.Creatives, Of)
{
    private readonly string? _adId;

    /// <summary>The ad whose creatives are listed; null for the whole account.</summary>
    public string? AdId
    {
        get => _adId;
        init => _adId = NodeId(value);
    }

    private protected override string? Parent => AdId;
}
