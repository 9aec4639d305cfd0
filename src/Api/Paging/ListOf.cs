namespace MetaGrains.Api.Paging;

/// <summary>A page of a list.</summary>
/// <param name="Data">The rows.</param>
/// <param name="NextCursor">Ask with it for the next page; null on the last one.</param>
public sealed record ListOf<T>(IReadOnlyList<T> Data, string? NextCursor);
