using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Http;

/// <summary>What a reader made of a body of HTTP 2xx: a value, or the error that stood in it.</summary>
internal readonly record struct BodyResult<T>(T? Value, GraphError? Error);

/// <summary>A value and the HTTP requests that it took.</summary>
internal readonly record struct GraphAnswer<T>(T Value, int Calls);
