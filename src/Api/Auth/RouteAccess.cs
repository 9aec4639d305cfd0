namespace MetaGrains.Api.Auth;

/// <summary>Stands at a route and says who may use it.</summary>
internal sealed record RouteAccess(Access Access);
