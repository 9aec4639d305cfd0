using System.Text.Json;
using MetaGrains.Core.Entities;

namespace MetaGrains.Core.Tests.Entities;

public sealed class EntityMappingTests
{
    [Fact]
    public void A_campaign_has_amounts_in_minor_units_and_no_start_where_Meta_has_none()
    {
        var campaign = Read<CampaignRecord>(EntityKind.Campaign, """
            {"id":"6076261167842","account_id":"1","name":"Test","objective":"OUTCOME_LEADS","status":"PAUSED","effective_status":"WITH_ISSUES",
             "daily_budget":"12345","spend_cap":"0","special_ad_categories":["HOUSING"],"start_time":"1969-12-31T15:59:59-0800",
             "created_time":"2017-04-25T16:54:27-0700","issues_info":[{"error_code":1815107,"error_summary":"No payment method"}]}
            """);

        Assert.Equal(("6076261167842", "Test", "OUTCOME_LEADS", "PAUSED", "WITH_ISSUES"), (campaign.Id, campaign.Name, campaign.Objective, campaign.Status, campaign.EffectiveStatus));
        Assert.Equal((12345m, 0m, null), (campaign.DailyBudget, campaign.SpendCap, campaign.LifetimeBudget));
        Assert.Equal(["HOUSING"], campaign.SpecialAdCategories);
        Assert.Null(campaign.StartTime);
        Assert.Equal(new DateTimeOffset(2017, 4, 25, 23, 54, 27, TimeSpan.Zero), campaign.CreatedTime);
        Assert.Equal(1815107, campaign.Issues!.Value[0].GetProperty("error_code").GetInt32());
    }

    [Fact]
    public void An_ad_set_has_what_people_filter_by_in_columns()
    {
        var adSet = Read<AdSetRecord>(EntityKind.AdSet, """
            {"id":"2","campaign_id":"1","name":"DACH","bid_amount":250,"learning_stage_info":{"status":"LEARNING"},
             "targeting":{"age_min":25,"age_max":54,"genders":[2],"geo_locations":{"countries":["DE","AT"]},"publisher_platforms":["facebook"],
               "custom_audiences":[{"id":"77","name":"Buyers"}],"excluded_custom_audiences":[{"id":"78"}],
               "interests":[{"id":"1","name":"Cars"}],"flexible_spec":[{"interests":[{"id":"2","name":"Bikes"},{"id":"1","name":"Cars"}]},{"behaviors":[{"id":"3","name":"Travellers"}]}],
               "targeting_automation":{"advantage_audience":1}}}
            """);

        Assert.Equal(("1", 250m, "LEARNING"), (adSet.CampaignId, adSet.BidAmount, adSet.LearningStatus));
        Assert.Equal((25, 54, true), (adSet.TargetingAgeMin, adSet.TargetingAgeMax, adSet.TargetingAutomatic));
        Assert.Equal(["female"], adSet.TargetingGenders);
        Assert.Equal(["DE", "AT"], adSet.TargetingCountries);
        Assert.Equal(["facebook"], adSet.TargetingPlatforms);
        Assert.Equal(["77"], adSet.TargetingAudiences);
        Assert.Equal(["78"], adSet.TargetingExcludedAudiences);
        Assert.Equal(["Cars", "Bikes", "Travellers"], adSet.TargetingInterests);
    }

    [Theory]
    [InlineData("""{"genders":[1,2]}""")]
    [InlineData("""{"genders":[0]}""")]
    [InlineData("{}")]
    public void Both_genders_or_none_are_everybody(string targeting) =>
        Assert.Null(Read<AdSetRecord>(EntityKind.AdSet, $$"""{"id":"2","targeting":{{targeting}}}""").TargetingGenders);

    [Fact]
    public void An_ad_names_its_parents_its_creative_and_why_it_was_refused()
    {
        var ad = Read<AdRecord>(EntityKind.Ad, """
            {"id":"3","adset_id":"2","campaign_id":"1","name":"Ad","creative":{"id":"4"},"effective_status":"DISAPPROVED",
             "ad_review_feedback":{"global":{"Misleading claims":"…"}},"tracking_specs":[{"action.type":["offsite_conversion"]}]}
            """);

        Assert.Equal(("2", "1", "4"), (ad.AdsetId, ad.CampaignId, ad.CreativeId));
        Assert.Contains("Misleading claims", ad.ReviewFeedback!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Null(ad.Issues);
    }

    [Fact]
    public void A_creative_lists_each_of_its_parts_once_wherever_Meta_put_them()
    {
        var creative = Read<CreativeRecord>(EntityKind.Creative, """
            {"id":"4","name":"C","object_type":"SHARE","image_hash":"h1","thumbnail_url":"https://x.fbcdn.net/a.jpg?oh=1&oe=2",
             "object_story_spec":{"page_id":"9","link_data":{"link":"https://example.com/?a=1","message":"Buy","name":"Now","call_to_action":{"type":"SHOP_NOW"},
               "child_attachments":[{"link":"https://example.com/1","name":"One","image_hash":"h1"},{"link":"https://example.com/2","name":"Two","video_id":"v2"}]}},
             "asset_feed_spec":{"bodies":[{"text":"Buy"},{"text":"Get"}],"images":[{"hash":"h3"}],"link_urls":[{"website_url":"https://example.com/?a=1"}],"call_to_action_types":["LEARN_MORE"]}}
            """);

        Assert.Equal(("Now", "Buy", "SHOP_NOW", "https://example.com/?a=1", "9"), (creative.Title, creative.Body, creative.CallToAction, creative.LinkUrl, creative.PageId));
        Assert.Equal(
            ["body Buy", "body Get", "call_to_action LEARN_MORE", "call_to_action SHOP_NOW", "image h1", "image h3", "link https://example.com/1", "link https://example.com/2", "link https://example.com/?a=1", "title Now", "title One", "title Two", "video v2"],
            creative.Assets.Select(asset => $"{asset.Kind} {asset.Id ?? asset.Text ?? asset.Url}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Values_that_change_by_themselves_are_no_change_and_all_others_are()
    {
        const string Json = """{"id":"4","name":"C","budget_remaining":"5","thumbnail_url":"https://x.fbcdn.net/a.jpg?oh=1","updated_time":"2026-03-01T00:00:00+0000","spec":{"picture_src":"https://x.fbcdn.net/b.jpg?oe=1"}}""";
        var hash = Read<CampaignRecord>(EntityKind.Campaign, Json).ContentHash;

        foreach (var same in new[] { Json.Replace("\"5\"", "\"4\"", StringComparison.Ordinal), Json.Replace("oh=1", "oh=2", StringComparison.Ordinal), Json.Replace("oe=1", "oe=2", StringComparison.Ordinal), Json.Replace("03-01T", "03-02T", StringComparison.Ordinal), """{"name":"C","spec":{"picture_src":"https://x.fbcdn.net/b.jpg"},"id":"4"}""" })
            Assert.Equal(hash, Read<CampaignRecord>(EntityKind.Campaign, same).ContentHash);
        foreach (var other in new[] { Json.Replace("\"C\"", "\"D\"", StringComparison.Ordinal), Json.Replace("b.jpg", "c.jpg", StringComparison.Ordinal), Json.Replace("\"id\"", "\"status\":\"PAUSED\",\"id\"", StringComparison.Ordinal) })
            Assert.NotEqual(hash, Read<CampaignRecord>(EntityKind.Campaign, other).ContentHash);
    }

    [Theory]
    [InlineData("""{"name":"no id"}""", "no id")]
    [InlineData("""{"id":""}""", "no id")]
    [InlineData("""{"id":"1","daily_budget":"ten"}""", "daily_budget")]
    [InlineData("""{"id":"1","created_time":"yesterday"}""", "created_time")]
    [InlineData("""{"id":"1","name":{"en":"x"}}""", "name")]
    public void What_is_no_such_object_is_refused_by_the_field(string json, string field) =>
        Assert.Contains(field, Assert.Throws<FormatException>(() => Read<CampaignRecord>(EntityKind.Campaign, json)).Message, StringComparison.Ordinal);

    private static T Read<T>(EntityKind kind, string json)
        where T : EntityRecord
    {
        using var document = JsonDocument.Parse(json);
        return (T)EntityMapping.Read(kind, document.RootElement);
    }
}
