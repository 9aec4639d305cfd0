using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Accounts;

public sealed class TenantStoreTests
{
    [Fact]
    public async Task Many_at_once_make_one_tenant_and_all_get_its_id()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var store = new TenantStore(database.Source, TimeProvider.System);

        foreach (var slug in Enumerable.Range(0, 10).Select(number => $"tenant-{number}"))
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.EnsureAsync(slug, "Acme", "EUR", default))));

            Assert.Single(ids.Distinct());
            Assert.Equal(ids[0].Value, await database.ScalarAsync<Guid>("select id from tenants where slug = $1", slug));
        }
    }

    [Fact]
    public async Task One_that_is_being_made_by_somebody_else_is_waited_for()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        await using var other = await database.Source.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand("insert into tenants (slug, name, currency) values ('acme', 'Acme', 'EUR') returning id", other);
        var id = (Guid)(await insert.ExecuteScalarAsync())!;

        var waiting = new TenantStore(database.Source, TimeProvider.System).EnsureAsync("acme", "Acme", "EUR", default);
        await Eventually.TrueAsync(() => Locks.SomebodyWaitsAsync(database), "the second insert waits for the first");
        await transaction.CommitAsync();

        Assert.Equal(id, (await waiting).Value);
    }

    [Fact]
    public async Task An_existing_tenant_is_left_as_it_is()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var store = new TenantStore(database.Source, TimeProvider.System);
        var id = await store.EnsureAsync("acme", "Acme", "EUR", default);
        var before = await database.RowsAsync("select xmin, * from tenants");

        Assert.Equal(id, await store.EnsureAsync("acme", "Other name", "USD", default));
        Assert.Equal(before, await database.RowsAsync("select xmin, * from tenants"));
        Assert.NotEqual(id, await store.EnsureAsync("acme-2", "Acme", "EUR", default));
    }
}
