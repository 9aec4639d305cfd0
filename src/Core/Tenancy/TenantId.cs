namespace MetaGrains.Core.Tenancy;

/// <summary>The id of a tenant: <c>tenants.id</c> in PostgreSQL, a UUID.</summary>
/// <param name="Value">The UUID; never <see cref="Guid.Empty"/> for a stored tenant.</param>
public readonly record struct TenantId(Guid Value)
{
    /// <summary>Reads a UUID in any form that <see cref="Guid"/> accepts.</summary>
    public static bool TryParse(string? text, out TenantId tenant)
    {
        var parsed = Guid.TryParse(text, out var value);
        tenant = new TenantId(value);
        return parsed;
    }

    /// <summary>The UUID in its 36-character lower-case form.</summary>
    public override string ToString() => Value.ToString("D");
}
