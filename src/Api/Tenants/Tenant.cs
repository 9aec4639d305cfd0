using MetaGrains.Warehouse.Control;

namespace MetaGrains.Api.Tenants;

/// <summary>One customer: everything below belongs to exactly one.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its name in URLs.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Currency">ISO 4217 code in which it reports.</param>
/// <param name="SeveralCurrencies">Whether accounts of other currencies are synced, too; false: they are blocked, with the reason in their health.</param>
/// <param name="SyncEnabled">False while all its accounts are paused.</param>
/// <param name="Budget">How many calls to Meta it may make.</param>
/// <param name="AutoTier">Between which tiers its accounts move that are in tier auto.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Tenant(
    Guid Id, string Slug, string Name, string Currency, bool SeveralCurrencies, bool SyncEnabled, Budget Budget, AutoTierBounds AutoTier, DateTimeOffset CreatedAt)
{
    internal static Tenant Of(TenantRecord tenant) => new(
        tenant.Id.Value, tenant.Slug, tenant.Name, tenant.Currency, tenant.SeveralCurrencies, tenant.SyncEnabled,
        new Budget(tenant.BudgetMode, tenant.CallsPerHour), AutoTierBounds.Of(tenant.AutoTier), tenant.CreatedAt);
}

/// <summary>How many calls to Meta a tenant may make.</summary>
/// <param name="Mode">meta: Meta's usage headers decide. fixed: so many calls per user and rolling hour.</param>
/// <param name="CallsPerHour">The limit in mode fixed; null for 200.</param>
public sealed record Budget(string Mode, int? CallsPerHour);
