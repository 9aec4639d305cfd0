using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MetaGrains.Graph.Parsing;

namespace MetaGrains.Graph.Entities;

/// <summary>Reads single objects. Optional parts that are missing or of another shape are null; the raw object has them.</summary>
internal static class EntityReader
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    public static CampaignRecord Campaign(JsonElement node) => new()
    {
        Id = Id(node),
        AccountId = JsonAnswer.Text(node, "account_id"),
        Name = JsonAnswer.Text(node, "name"),
        Status = JsonAnswer.Text(node, "status"),
        EffectiveStatus = JsonAnswer.Text(node, "effective_status"),
        CreatedTime = Time(node, "created_time"),
        UpdatedTime = Time(node, "updated_time"),
        Raw = Raw(node),
        Objective = JsonAnswer.Text(node, "objective"),
        BuyingType = JsonAnswer.Text(node, "buying_type"),
        BidStrategy = JsonAnswer.Text(node, "bid_strategy"),
        DailyBudget = JsonAnswer.Whole(node, "daily_budget"),
        LifetimeBudget = JsonAnswer.Whole(node, "lifetime_budget"),
        BudgetRemaining = JsonAnswer.Whole(node, "budget_remaining"),
        SpendCap = JsonAnswer.Whole(node, "spend_cap"),
        StartTime = Time(node, "start_time"),
        StopTime = Time(node, "stop_time"),
    };

    public static AdSetRecord AdSet(JsonElement node) => new()
    {
        Id = Id(node),
        AccountId = JsonAnswer.Text(node, "account_id"),
        Name = JsonAnswer.Text(node, "name"),
        Status = JsonAnswer.Text(node, "status"),
        EffectiveStatus = JsonAnswer.Text(node, "effective_status"),
        CreatedTime = Time(node, "created_time"),
        UpdatedTime = Time(node, "updated_time"),
        Raw = Raw(node),
        CampaignId = JsonAnswer.Text(node, "campaign_id"),
        DailyBudget = JsonAnswer.Whole(node, "daily_budget"),
        LifetimeBudget = JsonAnswer.Whole(node, "lifetime_budget"),
        BudgetRemaining = JsonAnswer.Whole(node, "budget_remaining"),
        BidAmount = JsonAnswer.Whole(node, "bid_amount"),
        BidStrategy = JsonAnswer.Text(node, "bid_strategy"),
        BillingEvent = JsonAnswer.Text(node, "billing_event"),
        OptimizationGoal = JsonAnswer.Text(node, "optimization_goal"),
        LearningStatus = JsonAnswer.Text(Part(node, "learning_stage_info"), "status"),
        StartTime = Time(node, "start_time"),
        EndTime = Time(node, "end_time"),
    };

    public static AdRecord Ad(JsonElement node) => new()
    {
        Id = Id(node),
        AccountId = JsonAnswer.Text(node, "account_id"),
        Name = JsonAnswer.Text(node, "name"),
        Status = JsonAnswer.Text(node, "status"),
        EffectiveStatus = JsonAnswer.Text(node, "effective_status"),
        CreatedTime = Time(node, "created_time"),
        UpdatedTime = Time(node, "updated_time"),
        Raw = Raw(node),
        CampaignId = JsonAnswer.Text(node, "campaign_id"),
        AdSetId = JsonAnswer.Text(node, "adset_id"),
        CreativeId = JsonAnswer.Text(Part(node, "creative"), "id"),
        HasIssues = Part(node, "issues_info") is { ValueKind: JsonValueKind.Array } issues && issues.GetArrayLength() > 0,
    };

    public static CreativeRecord Creative(JsonElement node) => new()
    {
        Id = Id(node),
        AccountId = JsonAnswer.Text(node, "account_id"),
        Name = JsonAnswer.Text(node, "name"),
        Status = JsonAnswer.Text(node, "status"),
        Raw = Raw(node),
        ObjectType = JsonAnswer.Text(node, "object_type"),
        Body = JsonAnswer.Text(node, "body"),
        Title = JsonAnswer.Text(node, "title"),
        CallToActionType = JsonAnswer.Text(node, "call_to_action_type"),
        ImageHash = JsonAnswer.Text(node, "image_hash"),
        VideoId = JsonAnswer.Text(node, "video_id"),
        LinkUrl = JsonAnswer.Text(node, "link_url"),
        EffectiveObjectStoryId = JsonAnswer.Text(node, "effective_object_story_id"),
    };

    /// <summary>The id, a string or a number.</summary>
    /// <exception cref="InvalidAnswerException">There is none: an object that cannot be known again.</exception>
    public static string Id(JsonElement node) =>
        JsonAnswer.Text(node, "id") is { Length: > 0 } id && id.All(char.IsAsciiDigit)
            ? id
            : throw new InvalidAnswerException("An object has no id.");

    /// <summary>A time, <c>2017-04-25T16:54:27-0700</c>; a moment before 1970 is Meta's way to write "not set".</summary>
    public static DateTimeOffset? Time(JsonElement node, string name) =>
        DateTimeOffset.TryParseExact(JsonAnswer.Text(node, name), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && time >= DateTimeOffset.UnixEpoch
            ? time
            : null;

    private static JsonElement Part(JsonElement node, string name) => node.TryGetProperty(name, out var part) ? part : default;

    private static byte[] Raw(JsonElement node) => JsonMarshal.GetRawUtf8Value(node).ToArray();
}
