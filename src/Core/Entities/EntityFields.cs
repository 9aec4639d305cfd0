using System.Globalization;
using System.Text.Json;

namespace MetaGrains.Core.Entities;

/// <summary>Reads one object of the Graph API: absent values are omitted by Meta, ids and amounts are text, times have an offset without colon.</summary>
internal readonly struct EntityFields(JsonElement entity)
{
    // An unset start is the second before 1970 (recorded).
    private static readonly DateTimeOffset Unset = DateTimeOffset.UnixEpoch;

    public string Id() => Text("id") is { Length: > 0 } id ? id : throw new FormatException("An entity has no id.");

    public string? Text(string name) => Find(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => throw Bad(name, value),
    };

    public string? IdOf(string name) => Find(name) is { ValueKind: JsonValueKind.Object } inner ? new EntityFields(inner).Text("id") : null;

    public decimal? Amount(string name) => Text(name) is not { Length: > 0 } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount
        : throw new FormatException($"'{text}' is no amount of {name}.");

    public int? Number(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"'{text}' is no number of {name}.");

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { Length: > 0 } text)
            return null;
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time < Unset ? null : time.ToUniversalTime()
            : throw new FormatException($"'{text}' is no time of {name}.");
    }

    public JsonElement? Json(string name) => Find(name)?.Clone();

    public EntityFields Inner(string name) => new(Find(name) is { ValueKind: JsonValueKind.Object } inner ? inner : default);

    public IEnumerable<EntityFields> Items(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => new EntityFields(item))] : [];

    /// <summary>A list of texts; null where it is absent or empty.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            ? [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())]
            : null;

    /// <summary>One text of each object of a list; null where there is none.</summary>
    public IReadOnlyList<string>? Each(string name, string inner) =>
        Items(name).Select(item => item.Text(inner)).OfType<string>().ToArray() is { Length: > 0 } texts ? texts : null;

    private JsonElement? Find(string name) =>
        entity.ValueKind == JsonValueKind.Object && entity.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static FormatException Bad(string name, JsonElement value) => new($"{name} is a JSON {value.ValueKind}, not a text.");
}
