using MetaGrains.Core.Accounts;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;

namespace MetaGrains.Warehouse.Tests.Accounts;

public sealed class AdAccountStoreTests
{
    private const string Everything = "select xmin, ctid, * from ad_accounts order by ad_account_id";

    private static readonly AdAccountFacts First = new(AdAccountId.Parse("1"), "First", "EUR", "Europe/Prague", 1, 0);
    private static readonly AdAccountFacts Second = new(AdAccountId.Parse("2"), "Second", "USD", "America/New_York", null, null);

    [Fact]
    public async Task Accounts_are_stored_with_what_Meta_says_nulls_included_and_are_not_enabled_by_it()
    {
        await using var place = await Place.CreateAsync();

        Assert.Equal(2, await place.UpsertAsync(First, Second));

        Assert.Equal(
            ["(act_1,First,EUR,Europe/Prague,1,0,f,medium)", "(act_2,Second,USD,America/New_York,,,f,medium)"],
            await place.Database.RowsAsync("select ad_account_id, name, currency, timezone_name, account_status, disable_reason, enabled, tier from ad_accounts order by 1"));
    }

    [Fact]
    public async Task An_account_that_is_as_before_is_not_written_not_even_one_with_nulls()
    {
        await using var place = await Place.CreateAsync();
        await place.UpsertAsync(First, Second);
        var before = await place.Database.RowsAsync(Everything);

        Assert.Equal(0, await place.UpsertAsync(First, Second));
        Assert.Equal(before, await place.Database.RowsAsync(Everything));
    }

    [Fact]
    public async Task A_changed_account_is_written_alone_and_keeps_our_settings()
    {
        await using var place = await Place.CreateAsync();
        await place.UpsertAsync(First, Second);
        await place.Database.ExecuteAsync(
            """update ad_accounts set enabled = true, tier = 'high', attribution_window_days = 28, settings = '{"a": 1}'""");
        var version = await place.Database.ScalarAsync<long>("select settings_version from ad_accounts where ad_account_id = 'act_2'");
        var before = await place.Database.RowsAsync(Everything);

        Assert.Equal(1, await place.UpsertAsync(First, Second with { Name = "Renamed", Status = 2, DisableReason = 1 }));

        var after = await place.Database.RowsAsync(Everything);
        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal(
            [$"(Renamed,2,1,t,high,28,\"{{\"\"a\"\": 1}}\",{version})"],
            await place.Database.RowsAsync("select name, account_status, disable_reason, enabled, tier, attribution_window_days, settings, settings_version from ad_accounts where ad_account_id = 'act_2'"));
    }

    [Fact]
    public async Task A_status_that_Meta_no_longer_states_becomes_null()
    {
        await using var place = await Place.CreateAsync();
        await place.UpsertAsync(First);

        Assert.Equal(1, await place.UpsertAsync(First with { Status = null }));
        Assert.Equal(["()"], await place.Database.RowsAsync("select account_status from ad_accounts"));
    }

    [Fact]
    public async Task An_account_that_a_shifting_list_names_twice_is_stored_once_as_it_was_said_last()
    {
        await using var place = await Place.CreateAsync();

        Assert.Equal(2, await place.UpsertAsync(First, Second, First with { Name = "First again" }));

        Assert.Equal(["(\"First again\")", "(Second)"], await place.Database.RowsAsync("select name from ad_accounts order by ad_account_id"));
    }

    [Fact]
    public async Task Two_processes_that_store_the_same_accounts_in_opposite_order_do_not_lock_each_other_out()
    {
        await using var place = await Place.CreateAsync();
        var accounts = Enumerable.Range(1, 300).Select(number => First with { Id = AdAccountId.Parse($"{number}") }).ToArray();
        await place.UpsertAsync(accounts);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
            {
                var renamed = accounts.Select(account => account with { Name = $"{writer} {round}" });
                await place.UpsertAsync([.. writer % 2 == 0 ? renamed : renamed.Reverse()]);
            }
        })));

        Assert.Equal(1, await place.Database.ScalarAsync<long>("select count(distinct name) from ad_accounts"));
    }

    [Fact]
    public async Task No_accounts_at_all_are_fine()
    {
        await using var place = await Place.CreateAsync();

        Assert.Equal(0, await place.UpsertAsync());
    }

    private sealed class Place(TestDatabase database, Core.Tenancy.TenantId tenant, Guid integration) : IAsyncDisposable
    {
        public TestDatabase Database => database;

        public static async Task<Place> CreateAsync()
        {
            var database = await (await TestPostgres.SharedAsync()).CreateAsync();
            var tenant = await new TenantStore(database.Source, TimeProvider.System).EnsureAsync("acme", "Acme", "EUR", default);
            var integration = await database.ScalarAsync<Guid>("insert into integrations (tenant_id, name) values ($1, 'main') returning id", tenant.Value);
            return new Place(database, tenant, integration);
        }

        public Task<int> UpsertAsync(params AdAccountFacts[] accounts) =>
            new AdAccountStore(database.Source, TimeProvider.System).UpsertAsync(tenant, integration, accounts, default);

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
