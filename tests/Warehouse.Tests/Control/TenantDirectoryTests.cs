using MetaGrains.Warehouse.Control;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class TenantDirectoryTests
{
    [Fact]
    public async Task A_tenant_is_found_by_slug_and_by_id_and_a_taken_slug_is_refused()
    {
        await using var control = await ControlFixture.CreateAsync();

        var bySlug = await control.Tenants.FindAsync("acme", default);
        var byId = await control.Tenants.FindAsync(control.Tenant.ToString(), default);
        var again = await control.Tenants.MakeAsync("acme", new TenantSettings("Other", "USD", null, null, null), default);

        Assert.Equal(bySlug, byId);
        Assert.Equal(("Acme", "EUR", true, "meta", null), (bySlug!.Name, bySlug.Currency, bySlug.SyncEnabled, bySlug.BudgetMode, bySlug.CallsPerHour));
        Assert.Null(again);
        Assert.Null(await control.Tenants.FindAsync("nobody", default));
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_and_raises_the_version_only_for_settings()
    {
        await using var control = await ControlFixture.CreateAsync();
        var before = await control.Tenants.FindAsync("acme", default);

        var renamed = await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings("Acme Inc", null, null, null, null), default);
        var paused = await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings(null, null, false, "fixed", 300), default);

        Assert.Equal(before! with { Name = "Acme Inc" }, renamed);
        Assert.Equal(renamed! with { SyncEnabled = false, BudgetMode = "fixed", CallsPerHour = 300, SettingsVersion = before.SettingsVersion + 1 }, paused);
    }

    [Fact]
    public async Task A_budgets_mode_and_limit_change_together()
    {
        await using var control = await ControlFixture.CreateAsync();

        await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings(null, null, null, "fixed", 300), default);
        var renamed = await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings("Acme Inc", null, null, null, null), default);
        var unlimited = await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings(null, null, null, "fixed", null), default);

        Assert.Equal(("fixed", 300), (renamed!.BudgetMode, renamed.CallsPerHour));
        Assert.Equal(("fixed", null), (unlimited!.BudgetMode, unlimited.CallsPerHour));
    }

    [Fact]
    public async Task Pages_of_tenants_are_in_the_order_of_their_slugs_without_deleted_ones()
    {
        await using var control = await ControlFixture.CreateAsync();
        foreach (var slug in new[] { "zeta", "beta", "gone", "delta" })
            await control.Tenants.MakeAsync(slug, new TenantSettings(slug, "EUR", null, null, null), default);
        await control.Tenants.DeleteAsync((await control.Tenants.FindAsync("gone", default))!.Id, default);

        var first = await control.Tenants.ListAsync(null, 2, default);
        var second = await control.Tenants.ListAsync(first[^1].Slug, 9, default);

        Assert.Equal(["acme", "beta"], first.Select(tenant => tenant.Slug));
        Assert.Equal(["delta", "zeta"], second.Select(tenant => tenant.Slug));
    }

    [Fact]
    public async Task A_deleted_tenant_is_found_no_more_and_keeps_its_slug()
    {
        await using var control = await ControlFixture.CreateAsync();

        Assert.True(await control.Tenants.DeleteAsync(control.Tenant, default));
        Assert.False(await control.Tenants.DeleteAsync(control.Tenant, default));

        Assert.Null(await control.Tenants.FindAsync("acme", default));
        Assert.Null(await control.Tenants.ChangeAsync(control.Tenant, new TenantSettings("x", null, null, null, null), default));
        Assert.Null(await control.Tenants.MakeAsync("acme", new TenantSettings("x", "EUR", null, null, null), default));
    }
}
