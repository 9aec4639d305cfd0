using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Core.Time;

namespace MetaGrains.Api.Json;

/// <summary>Days as <c>YYYY-MM-DD</c> and nothing else.</summary>
internal sealed class DateConverter : JsonConverter<DateOnly>
{
    public static bool TryParse(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString(), out var day) ? day : throw new JsonException("A day is YYYY-MM-DD.");

    public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) => writer.WriteStringValue(DateRange.Iso(value));
}
