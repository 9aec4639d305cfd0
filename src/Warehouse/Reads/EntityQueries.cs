namespace MetaGrains.Warehouse.Reads;

/// <summary>Which objects are asked for; what is null does not filter.</summary>
public sealed record EntityFilter
{
    /// <summary>Ad accounts, as <c>act_123</c>.</summary>
    public IReadOnlyList<string>? Accounts { get; init; }

    /// <summary>Ids of the objects.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>What their owner switched them to.</summary>
    public IReadOnlyList<string>? Statuses { get; init; }

    /// <summary>What they are, with all that stands above them.</summary>
    public IReadOnlyList<string>? EffectiveStatuses { get; init; }

    /// <summary>Ids of the campaigns that they belong to.</summary>
    public IReadOnlyList<string>? Campaigns { get; init; }

    /// <summary>Ids of the ad sets that they belong to.</summary>
    public IReadOnlyList<string>? AdSets { get; init; }

    /// <summary>Also those that Meta does not have any more.</summary>
    public bool Deleted { get; init; }
}

/// <summary>A kind of objects at Meta.</summary>
/// <param name="Kind">campaign, adset, ad or creative, as <c>meta_entity_versions</c> names it.</param>
/// <param name="Table">Its table.</param>
/// <param name="Id">The column of its id.</param>
/// <param name="Columns">What is answered.</param>
public sealed record EntityTable(string Kind, string Table, string Id, IReadOnlyList<ReadColumn> Columns)
{
    /// <summary>Whether its rows have a column.</summary>
    public bool Has(string column) => Columns.Any(known => known.Name == column);
}

/// <summary>What can be asked of campaigns, ad sets, ads and creatives, and of how they were described before.</summary>
public static class EntityQueries
{
    private static readonly ReadColumn[] Seen =
        [new("first_seen", CellKind.Time), new("updated_at", CellKind.Time), new("deleted_at", CellKind.Time)];

    private static readonly ReadColumn[] Times = [.. ReadColumn.Of(CellKind.Time, "created_time", "updated_time")];

    /// <summary>Campaigns.</summary>
    public static EntityTable Campaigns { get; } = new("campaign", "meta_campaigns", "campaign_id",
    [
        .. ReadColumn.Of(CellKind.Text, "ad_account_id", "campaign_id", "name", "objective", "status", "configured_status", "effective_status", "buying_type", "bid_strategy"),
        .. ReadColumn.Of(CellKind.Number, "daily_budget", "lifetime_budget", "budget_remaining", "spend_cap"), List("special_ad_categories"),
        .. ReadColumn.Of(CellKind.Time, "start_time", "stop_time"), .. Times, .. ReadColumn.Of(CellKind.Json, "promoted_object", "issues"), .. Seen,
    ]);

    /// <summary>Ad sets.</summary>
    public static EntityTable AdSets { get; } = new("adset", "meta_ad_sets", "adset_id",
    [
        .. ReadColumn.Of(CellKind.Text, "ad_account_id", "adset_id", "campaign_id", "name", "status", "configured_status", "effective_status"),
        .. ReadColumn.Of(CellKind.Number, "daily_budget", "lifetime_budget", "budget_remaining", "bid_amount"),
        .. ReadColumn.Of(CellKind.Text, "bid_strategy", "billing_event", "optimization_goal", "destination_type", "learning_status"),
        .. ReadColumn.Of(CellKind.Time, "start_time", "end_time"), .. Times, List("targeting_countries"),
        .. ReadColumn.Of(CellKind.Number, "targeting_age_min", "targeting_age_max"), List("targeting_genders"), List("targeting_platforms"),
        List("targeting_audiences"), List("targeting_excluded_audiences"), List("targeting_interests"), new("targeting_automatic", CellKind.Flag),
        .. ReadColumn.Of(CellKind.Json, "targeting", "attribution_spec", "promoted_object", "issues"), .. Seen,
    ]);

    /// <summary>Ads.</summary>
    public static EntityTable Ads { get; } = new("ad", "meta_ads", "ad_id",
    [
        .. ReadColumn.Of(CellKind.Text, "ad_account_id", "ad_id", "adset_id", "campaign_id", "creative_id", "name", "status", "configured_status", "effective_status", "source_ad_id", "preview_link"),
        .. Times, .. ReadColumn.Of(CellKind.Json, "review_feedback", "issues", "tracking_specs", "conversion_specs"), .. Seen,
    ]);

    /// <summary>Creatives.</summary>
    public static EntityTable Creatives { get; } = new("creative", "meta_creatives", "creative_id",
    [
        .. ReadColumn.Of(
            CellKind.Text, "ad_account_id", "creative_id", "name", "status", "object_type", "title", "body", "call_to_action", "link_url", "url_tags", "page_id",
            "instagram_user_id", "image_hash", "image_url", "thumbnail_url", "video_id", "object_story_id", "effective_object_story_id", "product_set_id"),
        .. ReadColumn.Of(CellKind.Json, "assets", "object_story_spec", "asset_feed_spec"), .. Seen,
    ]);

    /// <summary>Columns of versions.</summary>
    public static IReadOnlyList<ReadColumn> Versions { get; } =
    [
        .. ReadColumn.Of(CellKind.Text, "ad_account_id", "kind", "entity_id"), .. ReadColumn.Of(CellKind.Time, "valid_from", "valid_to"),
        List("changed_fields"), new("content", CellKind.Json),
    ];

    /// <summary>Objects of a kind, by account and id.</summary>
    public static TenantQuery Of(EntityTable table, EntityFilter filter)
    {
        var query = new TenantQuery($"{table.Table} t", table.Columns, [new("t.ad_account_id"), new($"t.{table.Id}")])
            .Where("t.ad_account_id = any (@accounts)", "accounts", filter.Accounts?.ToArray())
            .Where($"t.{table.Id} = any (@ids)", "ids", filter.Ids?.ToArray())
            .Where("t.status = any (@statuses)", "statuses", filter.Statuses?.ToArray())
            .Where("t.effective_status = any (@effective)", "effective", filter.EffectiveStatuses?.ToArray())
            .Where("t.campaign_id = any (@campaigns)", "campaigns", filter.Campaigns?.ToArray())
            .Where("t.adset_id = any (@adsets)", "adsets", filter.AdSets?.ToArray());
        return filter.Deleted ? query : query.Where("t.deleted_at is null");
    }

    /// <summary>How an object was described, oldest first.</summary>
    public static TenantQuery History(EntityTable table, string id) =>
        new TenantQuery("meta_entity_versions t", Versions, [new("t.ad_account_id"), new("t.valid_from", CellKind.Time)])
            .Where("t.kind = @kind", "kind", table.Kind)
            .Where("t.entity_id = @id", "id", id);

    private static ReadColumn List(string name) => new(name, CellKind.Json, $"to_jsonb(t.{name})");
}
