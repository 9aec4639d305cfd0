using System.Text.Json;

namespace MetaGrains.Core.Entities;

/// <summary>Reads a creative: its parts lie at the top, in the story spec, in attachments of a carousel, or in an asset feed.</summary>
internal static class CreativeMapping
{
    public static CreativeRecord Read(JsonElement json)
    {
        var fields = new EntityFields(json);
        var (content, hash) = EntityContent.Of(json);
        var story = fields.Inner("object_story_spec");
        var (link, video) = (story.Inner("link_data"), story.Inner("video_data"));
        return new CreativeRecord
        {
            CreativeId = fields.Id(),
            Name = fields.Text("name") ?? "",
            Raw = json.Clone(),
            Content = content,
            ContentHash = hash,
            Status = fields.Text("status"),
            ObjectType = fields.Text("object_type"),
            Title = fields.Text("title") ?? link.Text("name") ?? video.Text("title"),
            Body = fields.Text("body") ?? link.Text("message") ?? video.Text("message"),
            CallToAction = fields.Text("call_to_action_type") ?? link.Inner("call_to_action").Text("type") ?? video.Inner("call_to_action").Text("type"),
            LinkUrl = fields.Text("link_url") ?? link.Text("link") ?? video.Inner("call_to_action").Inner("value").Text("link"),
            UrlTags = fields.Text("url_tags"),
            PageId = story.Text("page_id"),
            InstagramUserId = story.Text("instagram_user_id") ?? story.Text("instagram_actor_id"),
            ImageHash = fields.Text("image_hash") ?? link.Text("image_hash") ?? video.Text("image_hash"),
            ImageUrl = fields.Text("image_url"),
            ThumbnailUrl = fields.Text("thumbnail_url"),
            VideoId = fields.Text("video_id") ?? video.Text("video_id"),
            ObjectStoryId = fields.Text("object_story_id"),
            EffectiveObjectStoryId = fields.Text("effective_object_story_id"),
            ProductSetId = fields.Text("product_set_id"),
            Assets = [.. Assets(fields, link, video).Where(asset => (asset.Id ?? asset.Text ?? asset.Url) is { Length: > 0 }).Distinct()],
            ObjectStorySpec = fields.Json("object_story_spec"),
            AssetFeedSpec = fields.Json("asset_feed_spec"),
        };
    }

    private static IEnumerable<CreativeAsset> Assets(EntityFields fields, EntityFields link, EntityFields video)
    {
        yield return new("image", fields.Text("image_hash"));
        yield return new("video", fields.Text("video_id"));
        yield return new("body", Text: fields.Text("body"));
        yield return new("title", Text: fields.Text("title"));
        yield return new("link", Url: Plain(fields.Text("link_url")));
        foreach (var asset in Card(link).Concat(link.Items("child_attachments").SelectMany(Card)))
            yield return asset;
        yield return new("video", video.Text("video_id"), Url: Plain(video.Text("image_url")));
        yield return new("body", Text: video.Text("message"));
        yield return new("title", Text: video.Text("title"));

        var feed = fields.Inner("asset_feed_spec");
        foreach (var image in feed.Items("images"))
            yield return new("image", image.Text("hash"), Url: Plain(image.Text("url")));
        foreach (var film in feed.Items("videos"))
            yield return new("video", film.Text("video_id"), Url: Plain(film.Text("thumbnail_url")));
        foreach (var (list, kind) in new[] { ("bodies", "body"), ("titles", "title"), ("descriptions", "description") })
        {
            foreach (var words in feed.Items(list))
                yield return new(kind, Text: words.Text("text"));
        }

        foreach (var address in feed.Items("link_urls"))
            yield return new("link", Url: Plain(address.Text("website_url")));
        foreach (var button in feed.Texts("call_to_action_types") ?? [])
            yield return new("call_to_action", Text: button);
    }

    private static IEnumerable<CreativeAsset> Card(EntityFields card) =>
    [
        new("image", card.Text("image_hash"), Url: Plain(card.Text("picture"))),
        new("video", card.Text("video_id")),
        new("body", Text: card.Text("message")),
        new("title", Text: card.Text("name")),
        new("description", Text: card.Text("description")),
        new("link", Url: Plain(card.Text("link"))),
        new("call_to_action", Text: card.Inner("call_to_action").Text("type")),
    ];

    private static string? Plain(string? url) => url is null ? null : EntityContent.Unsigned(url);
}
