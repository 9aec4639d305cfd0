using MetaGrains.Core.Tenancy;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Tenants;
using MetaGrains.Warehouse.Tests.Statements;
using MetaGrains.Warehouse.Upkeep;

namespace MetaGrains.Warehouse.Tests.Upkeep;

public sealed class TenantErasureTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_marked_tenant_is_erased_after_its_grace_and_what_is_kept_is_the_proof()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await warehouse.PublishAsync(WarehouseFixture.AdRows(2));
        await MarkAsync(warehouse, warehouse.Account.Tenant);
        var erasure = Erasure(warehouse);

        _time.Advance(Day - TimeSpan.FromMinutes(1));
        Assert.Empty(await erasure.RunAsync(Day, default));
        _time.Advance(TimeSpan.FromMinutes(1));
        var result = Assert.Single(await erasure.RunAsync(Day, default));

        Assert.Equal(14, result.Erased!.Rows["public.meta_insights_daily"]);
        Assert.Equal([$"({other})"], await warehouse.Database.RowsAsync("select id from tenants"));
        Assert.Equal(
            [$"(silo,tenant.erase,,{warehouse.Account.Tenant},14)"],
            await warehouse.Database.RowsAsync("select actor, action, tenant_id, target, details -> 'rows' -> 'public.meta_insights_daily' from audit_log"));
        var grave = await new TenantGraves(warehouse.Database.Source).FindAsync(warehouse.Account.Tenant.ToString(), default);
        Assert.Equal((warehouse.Account.Tenant, _time.GetUtcNow()), (grave!.Id, grave.ErasedAt));
        Assert.Empty(await erasure.RunAsync(Day, default));
    }

    [Fact]
    public async Task Of_many_at_once_one_erases_and_writes_it_down_once()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        await warehouse.PublishAsync(WarehouseFixture.AdRows(3));
        await MarkAsync(warehouse, warehouse.Account.Tenant);

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Erasure(warehouse).RunAsync(TimeSpan.Zero, default))));

        Assert.Single(results.SelectMany(result => result));
        Assert.Equal(1, await warehouse.Database.ScalarAsync<long>("select count(*) from audit_log"));
    }

    [Fact]
    public async Task A_tenant_that_cannot_be_erased_yet_keeps_no_other_and_is_tried_again()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync(_time);
        var other = await SyncStatusFixture.AddTenantAsync(warehouse, "other");
        await MarkAsync(warehouse, warehouse.Account.Tenant);
        await MarkAsync(warehouse, other);
        await warehouse.Database.ExecuteAsync($"""
            create function stop() returns trigger language plpgsql as $$ begin raise exception 'not yet'; end $$;
            create trigger stop before delete on ad_accounts for each row when (old.tenant_id = '{warehouse.Account.Tenant}') execute function stop()
            """);

        var results = await Erasure(warehouse).RunAsync(TimeSpan.Zero, default);
        Assert.Equal([true, false], results.Select(result => result.Failure is not null));
        await warehouse.Database.ExecuteAsync("drop trigger stop on ad_accounts");

        Assert.NotNull(Assert.Single(await Erasure(warehouse).RunAsync(TimeSpan.Zero, default)).Erased);
        Assert.Equal(0, await warehouse.Database.ScalarAsync<long>("select count(*) from tenants"));
    }

    private TenantErasure Erasure(WarehouseFixture warehouse) =>
        new(warehouse.Database.Source, new TenantEraser(warehouse.Database.Source, _time), _time);

    private async Task MarkAsync(WarehouseFixture warehouse, TenantId tenant)
    {
        await warehouse.Database.ExecuteAsync("update tenants set deleted_at = $2 where id = $1", tenant.Value, _time.GetUtcNow().UtcDateTime);
        _time.Advance(TimeSpan.FromTicks(10));
    }
}
