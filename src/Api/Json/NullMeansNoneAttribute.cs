namespace MetaGrains.Api.Json;

/// <summary>Marks a member of a request that may be null, with the meaning of leaving it out. Any other null is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullMeansNoneAttribute : Attribute;
