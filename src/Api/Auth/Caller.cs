using System.Reflection;
using MetaGrains.Core.Tenancy;
using Microsoft.AspNetCore.Http.Features;

namespace MetaGrains.Api.Auth;

/// <summary>Whose key a request came with.</summary>
/// <param name="Tenant">The tenant; null for the operator.</param>
internal sealed record Caller(TenantId? Tenant)
{
    public static Caller Operator { get; } = new((TenantId?)null);

    public bool IsOperator => Tenant is null;

    /// <summary>As the audit log names it.</summary>
    public string Name => IsOperator ? "operator" : "a key of the tenant";

    /// <summary>Called by the framework.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(context.Features.GetRequiredFeature<Caller>());
}
