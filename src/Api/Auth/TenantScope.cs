using System.Reflection;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;
using Microsoft.AspNetCore.Http.Features;

namespace MetaGrains.Api.Auth;

/// <summary>The tenant of the path, which the caller may act for: an endpoint has no other way to a tenant's id.</summary>
/// <param name="Tenant">The tenant.</param>
internal sealed record TenantScope(TenantRecord Tenant)
{
    public TenantId Id => Tenant.Id;

    /// <summary>Called by the framework.</summary>
    public static ValueTask<TenantScope?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<TenantScope?>(context.Features.GetRequiredFeature<TenantScope>());
}
