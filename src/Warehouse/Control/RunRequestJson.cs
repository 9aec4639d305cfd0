using System.Text.Json.Serialization;

namespace MetaGrains.Warehouse.Control;

/// <summary>How a request stands in <c>sync_runs.request</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunRequest))]
internal sealed partial class RunRequestJson : JsonSerializerContext;
