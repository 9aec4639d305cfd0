using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Entities;

/// <summary>Writes the fields of an ad's creative. A creative has no <c>updated_time</c>, and its pictures' addresses expire.</summary>
internal static class CreativeFields
{
    private static readonly HashSet<string> Known = new(
        [
            "id", "account_id", "name", "status", "object_story_spec", "object_story_id", "effective_object_story_id", "asset_feed_spec",
            "object_type", "call_to_action_type", "body", "title", "image_hash", "image_url", "thumbnail_url", "video_id", "link_url",
            "url_tags", "product_set_id", "instagram_permalink_url", "degrees_of_freedom_spec", "actor_id", "instagram_actor_id",
        ],
        StringComparer.Ordinal);

    private static readonly string[] Calls = ["SHOP_NOW", "LEARN_MORE", "SIGN_UP", "SUBSCRIBE"];

    public static void Check(FieldSelection field)
    {
        if (!Known.Contains(field.Name))
            throw GraphErrors.UnknownField(field.Name, "AdCreative");
    }

    public static void Write(Utf8JsonWriter writer, AdAccount account, AdEntity ad, DateTimeOffset now, FieldSelection field)
    {
        if (Value(account, ad, now, field.Name) is { } value)
            writer.WriteString(field.Key, value);
        else if (field.Name == "object_story_spec" && ad.IsMadeUp)
            WriteStory(writer, field.Key, account, ad);
    }

    public static string Id(AdEntity ad) => ad.CreativeId!.Value.ToString(CultureInfo.InvariantCulture);

    private static string? Value(AdAccount account, AdEntity ad, DateTimeOffset now, string field)
    {
        if (field == "id")
            return Id(ad);
        if (!ad.IsMadeUp)
            return null;
        var chance = Of(ad);
        var video = ad.Name?.StartsWith("Video", StringComparison.Ordinal) == true;
        return field switch
        {
            "account_id" => account.Number.ToString(CultureInfo.InvariantCulture),
            "name" => $"{ad.Name} | creative",
            "status" => ad.EffectiveStatus switch { "DELETED" => "DELETED", "IN_PROCESS" => "IN_PROCESS", "WITH_ISSUES" => "WITH_ISSUES", _ => "ACTIVE" },
            "object_type" => video ? "VIDEO" : "SHARE",
            "call_to_action_type" => chance.At(0).Pick(Calls),
            "title" => $"{account.Name} – {ad.Above(EntityKind.AdSet)?.Name}",
            "body" => "Jetzt entdecken: neue Größen, gratis Versand.",
            "image_hash" => $"{chance.At(1).Bits:x16}{chance.At(2).Bits:x16}",
            "video_id" => video ? $"{chance.At(3).Bits % 1_000_000_000_000_000:000000000000000}" : null,
            "link_url" => "https://shop.example/",
            "url_tags" => "utm_source=facebook&utm_campaign={{campaign.id}}&utm_content={{ad.id}}",
            "effective_object_story_id" or "object_story_id" => $"{account.Number}_{ad.Id}",
            "instagram_permalink_url" => $"https://www.instagram.com/p/{chance.At(4).Bits % 0xFFFFFFFFFF:x10}/",
            // Signed for a day: the same picture has another address tomorrow.
            "thumbnail_url" or "image_url" => $"https://scontent.example/{field[..5]}/{Id(ad)}.jpg?oe={now.AddDays(2).ToUnixTimeSeconds() / 86_400:X}",
            _ => null,
        };
    }

    private static Chance Of(AdEntity ad) => new Chance((ulong)ad.Id).At(9);

    private static void WriteStory(Utf8JsonWriter writer, string key, AdAccount account, AdEntity ad)
    {
        writer.WriteStartObject(key);
        writer.WriteString("page_id"u8, account.Number.ToString(CultureInfo.InvariantCulture));
        writer.WriteStartObject("link_data"u8);
        writer.WriteString("link"u8, "https://shop.example/");
        writer.WriteString("message"u8, "Jetzt entdecken: neue Größen, gratis Versand.");
        writer.WriteStartObject("call_to_action"u8);
        writer.WriteString("type"u8, Of(ad).At(0).Pick(Calls));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
