using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Json;

/// <summary>
/// Compares a JSON value with the type it is to become, member by member, so that the sender learns of everything that
/// is wrong, by name; the serializer would stop at the first.
/// </summary>
internal static class JsonShape
{
    /// <summary>Adds what is wrong. When nothing is, the value deserializes.</summary>
    public static void Check(JsonElement element, Type type, string path, Faults faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, $"{Name(path)} must be a JSON object.", "Send an object in braces.");
            return;
        }

        var members = ApiJson.Options.GetTypeInfo(type).Properties;
        foreach (var sent in element.EnumerateObject())
        {
            if (members.FirstOrDefault(member => member.Name == sent.Name) is { } member)
                CheckValue(sent.Value, member, Join(path, sent.Name), faults);
            else
                Unknown(sent.Name, members, path, faults);
        }

        foreach (var missing in members.Where(member => member.IsRequired && !element.TryGetProperty(member.Name, out _)))
            faults.Add(Join(path, missing.Name), $"{Join(path, missing.Name)} is missing.", $"Send it: {Expected(missing.PropertyType)}.");
    }

    private static void Unknown(string name, IList<JsonPropertyInfo> members, string path, Faults faults)
    {
        var names = members.Select(member => member.Name).ToArray();
        faults.Add(
            Join(path, Quoted.Of(name)), $"The member '{Quoted.Of(Join(path, name))}' is not known here.",
            $"{NearestName.Hint(name, names)}Known: {string.Join(", ", names)}.");
    }

    private static void CheckValue(JsonElement value, JsonPropertyInfo member, string path, Faults faults)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (!MayBeNull(member))
                faults.Add(path, $"{path} is null.", $"Leave it out, or send {Expected(type)}.");
        }
        else if (IsObject(type))
        {
            Check(value, type, path, faults);
        }
        else if (!Fits(value, type))
        {
            faults.Add(path, $"{path} is {Found(value)}.", $"Send {Expected(type)}.");
        }
    }

    private static bool Fits(JsonElement value, Type type) =>
        type == typeof(bool) ? value.ValueKind is JsonValueKind.True or JsonValueKind.False
        : type == typeof(int) ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)
        : value.ValueKind == JsonValueKind.String && TryText(value, out var text) && (type != typeof(DateOnly) || DateConverter.TryParse(text, out _));

    // Half of a surrogate pair is valid JSON and no text.
    private static bool TryText(JsonElement value, out string? text)
    {
        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static string Found(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string that does not fit",
        JsonValueKind.Number => "a number that does not fit",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    private static string Expected(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var plain when plain == typeof(bool) => "true or false",
            var plain when plain == typeof(int) => "a whole number",
            var plain when plain == typeof(DateOnly) => "a day as YYYY-MM-DD in a string",
            var plain when plain == typeof(string) => "a string",
            _ => "a JSON object",
        };

    private static bool IsObject(Type type) => type.IsClass && type != typeof(string);

    private static bool MayBeNull(JsonPropertyInfo member) => member.AttributeProvider?.IsDefined(typeof(NullMeansNoneAttribute), inherit: false) == true;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Name(string path) => path.Length == 0 ? "The body" : path;
}
