using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Throttling;
using MetaGrains.Core.Time;

namespace MetaGrains.Grains.Accounts;

/// <summary>
/// What an account's grain remembers beside PostgreSQL, under the state name <c>ad-account.sync</c>: the last applied
/// copy, as a document of its own version, so that its form can change without the storage's.
/// </summary>
[GenerateSerializer]
[Alias("metagrains.AdAccountMemory")]
public sealed class AdAccountMemory
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new DateRangeConverter(), new LimitScopeConverter() },
    };

    /// <summary>Version of <see cref="Document"/>.</summary>
    [Id(0)]
    public int Version { get; set; } = CurrentVersion;

    /// <summary>The applied state as JSON.</summary>
    [Id(1)]
    public string Document { get; set; } = "";

    internal static AdAccountMemory Of(AppliedState applied) => new() { Document = JsonSerializer.Serialize(applied, Json) };

    // A document of a newer program is not guessed at: PostgreSQL has everything that must not be lost.
    internal AppliedState? ToApplied() =>
        Version == CurrentVersion && Document.Length > 0 ? JsonSerializer.Deserialize<AppliedState>(Document, Json) : null;

    private sealed class DateRangeConverter : JsonConverter<DateRange>
    {
        public override DateRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var days = (reader.GetString() ?? "").Split("..");
            return new DateRange(DateOnly.ParseExact(days[0], "yyyy-MM-dd"), DateOnly.ParseExact(days[1], "yyyy-MM-dd"));
        }

        public override void Write(Utf8JsonWriter writer, DateRange value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class LimitScopeConverter : JsonConverter<LimitScope>
    {
        public override LimitScope Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            LimitScope.TryParse(reader.GetString() ?? "", out var scope) ? scope : throw new JsonException("No scope of a limit.");

        public override void Write(Utf8JsonWriter writer, LimitScope value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
