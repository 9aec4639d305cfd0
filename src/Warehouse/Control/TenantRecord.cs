using MetaGrains.Core.Schedule;
using MetaGrains.Core.Tenancy;

namespace MetaGrains.Warehouse.Control;

/// <summary>A tenant as callers see it.</summary>
/// <param name="Id"><c>tenants.id</c>.</param>
/// <param name="Slug">Its name in URLs.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="SyncEnabled">False while the whole tenant is paused.</param>
/// <param name="BudgetMode"><c>meta</c> or <c>fixed</c>.</param>
/// <param name="CallsPerHour">The limit in mode <c>fixed</c>; null for the default.</param>
/// <param name="SettingsVersion">Rises with every change of a setting.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SeveralCurrencies">Whether accounts of other currencies are synced, too.</param>
/// <param name="AutoTier">The tiers between which its accounts move that move by themselves.</param>
public sealed record TenantRecord(
    TenantId Id, string Slug, string Name, string Currency, bool SyncEnabled, string BudgetMode, int? CallsPerHour,
    long SettingsVersion, DateTimeOffset CreatedAt, bool SeveralCurrencies, TierBounds AutoTier);

/// <summary>What a tenant is made of or changed to; in a change, null means "as it is".</summary>
public sealed record TenantSettings(
    string? Name, string? Currency, bool? SyncEnabled, string? BudgetMode, int? CallsPerHour, bool? SeveralCurrencies = null, TierBounds? AutoTier = null);
