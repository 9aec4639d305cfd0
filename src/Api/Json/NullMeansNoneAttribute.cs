namespace MetaGrains.Api.Json;

/// <summary>Marks a member of a request that may be null: it then has none. Any other null is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullMeansNoneAttribute : Attribute;
