using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tenancy;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Tests.Statements;

namespace MetaGrains.Warehouse.Tests.Control;

public sealed class IncidentStoreTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly FoundIncident Two = new(new ErrorSignature(FailureKind.Transient, 2, null), "Service temporarily unavailable", 7);
    private static readonly FoundIncident NoAnswer = new(new ErrorSignature(FailureKind.Transient, null, null), "no answer", 9);

    [Fact]
    public async Task An_incident_is_one_row_while_it_is_open_and_when_it_soon_comes_back()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new IncidentStore(warehouse.Database.Source);
        var opened = await OpenAsync(store, Two, 0);
        var other = await OpenAsync(store, NoAnswer, 1);
        var again = await OpenAsync(store, Two, 2);
        Assert.Equal(opened, again);
        Assert.NotEqual(opened.Id, other.Id);

        var probed = await store.ProbeAsync(opened.Id, suffering: 40, Noon.AddMinutes(3), Noon.AddMinutes(5), default);
        Assert.Equal((1, 40, Noon.AddMinutes(5)), (probed.Probes, probed.Accounts, probed.NextProbeAt));
        await store.CloseAsync(opened.Id, IncidentStore.ByProbe, Noon.AddMinutes(6), default);

        // It goes on where it was: its probes stay as far apart as they had become.
        var back = await OpenAsync(store, Two, 30);
        Assert.Equal((opened.Id, 1, null, Noon.AddMinutes(32)), (back.Id, back.Reopened, back.ClosedAt, back.NextProbeAt));
        await store.CloseAsync(opened.Id, IncidentStore.ByNobody, Noon.AddMinutes(31), default);
        Assert.NotEqual(opened.Id, (await OpenAsync(store, Two, 31 + 30)).Id);
    }

    [Fact]
    public async Task Silos_are_told_of_those_that_are_open_or_ended_within_the_hour()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new IncidentStore(warehouse.Database.Source);
        var (two, none) = (await OpenAsync(store, Two, 0), await OpenAsync(store, NoAnswer, 0));
        await store.CloseAsync(two.Id, IncidentStore.ByProbe, Noon.AddMinutes(6), default);

        Assert.Equal([two.Id, none.Id], (await store.OfLateAsync(Noon.AddMinutes(65), default)).Select(incident => incident.Id));
        Assert.Equal([none.Id], (await store.OfLateAsync(Noon.AddMinutes(66), default)).Select(incident => incident.Id));
        Assert.Equal([none.Id, two.Id], (await store.PageAsync(null, null, null, 10, default)).Select(incident => incident.Id));
        Assert.Equal([two.Id], (await store.PageAsync(none.Id, open: false, null, 10, default)).Select(incident => incident.Id));
    }

    [Fact]
    public async Task A_tenant_has_the_incidents_whose_error_its_accounts_have_now()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new IncidentStore(warehouse.Database.Source);
        var (tenant, other) = (warehouse.Account.Tenant, await SyncStatusFixture.AddTenantAsync(warehouse, "other"));
        foreach (var owner in new[] { tenant, other })
            await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, owner, "act_1"), -5, "meta_incident", errors: 2);
        await warehouse.Database.ExecuteAsync("update account_schedule set last_error_at = $1, last_error_code = case when tenant_id = $2 then 2 end", Noon.AddMinutes(3).UtcDateTime, tenant.Value);
        var (two, none) = (await OpenAsync(store, Two, 0), await OpenAsync(store, NoAnswer, 0));
        await store.CloseAsync(two.Id, IncidentStore.ByProbe, Noon.AddMinutes(6), default);

        Assert.Equal([two.Id], await OfAsync(tenant));
        Assert.Equal([none.Id], await OfAsync(other));
        Assert.Empty(await store.PageAsync(null, open: true, tenant, 10, default));
        await warehouse.Database.ExecuteAsync("update account_schedule set last_error_at = $1", Noon.AddMinutes(7).UtcDateTime);
        Assert.Empty(await OfAsync(tenant));
        await warehouse.Database.ExecuteAsync("update account_schedule set consecutive_errors = 0");
        Assert.Empty(await OfAsync(other));

        async Task<long[]> OfAsync(TenantId owner) => [.. (await store.PageAsync(null, null, owner, 10, default)).Select(incident => incident.Id)];
    }

    [Fact]
    public async Task One_of_those_who_have_the_error_is_let_through_another_with_each_try_and_nobody_who_may_not_run()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new IncidentStore(warehouse.Database.Source);
        for (var number = 1; number <= 8; number++)
            await SyncStatusFixture.DueInAsync(warehouse, await SyncStatusFixture.AddConnectedAsync(warehouse, warehouse.Account.Tenant, $"act_{number}"), -5, "meta_incident", errors: 2);
        await warehouse.Database.ExecuteAsync("update account_schedule set last_error_code = 2");
        await warehouse.Database.ExecuteAsync("update account_schedule set last_error_code = 1 where ad_account_id = 'act_1'");
        await warehouse.Database.ExecuteAsync("update account_schedule set health = 'token_dead' where ad_account_id = 'act_2'");
        await warehouse.Database.ExecuteAsync("update account_schedule set consecutive_errors = 0 where ad_account_id = 'act_3'");
        await warehouse.Database.ExecuteAsync("update ad_accounts set enabled = false where ad_account_id = 'act_4'");
        var incident = await OpenAsync(store, Two, 0);

        var tried = new HashSet<string>();
        for (var probes = 0; probes < 40; probes++)
        {
            var (one, all) = await store.SufferingAsync(incident with { Probes = probes }, default);
            Assert.Equal(4, all);
            tried.Add(one!.Value.Account.ToString());
        }

        Assert.Equal(["act_5", "act_6", "act_7", "act_8"], tried.Order(StringComparer.Ordinal));
        Assert.Equal((null, 0), await store.SufferingAsync(await OpenAsync(store, NoAnswer, 0), default));
    }

    private static Task<IncidentRecord> OpenAsync(IncidentStore store, FoundIncident found, int minute) =>
        store.OpenAsync(found, Noon.AddMinutes(minute), probes => Noon.AddMinutes(minute + 1 + probes), default);
}
