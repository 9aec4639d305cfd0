using System.Diagnostics;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Insights;
using MetaGrains.Warehouse.Local;
using MetaGrains.Warehouse.Migrations;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Local;

public sealed class ServerCrashTests
{
    private SliceStaging _staging = null!;

    [Fact]
    public async Task A_server_that_is_killed_loses_what_was_staged_and_nothing_that_was_published()
    {
        await using var state = StateFolder.Create();
        var options = state.Options with { Durable = true };
        await using var server = await LocalPostgres.StartAsync(options, default);
        await server.EnsureDatabaseAsync("warehouse", default);
        InsightsSlice slice;
        await using (var database = Pool(server))
        {
            _staging = new SliceStaging(database, memoryBytes: 0);
            await new Migrator(database, TimeProvider.System).ApplyAsync(default);
            var account = await AccountAsync(database);
            await PublishAsync(database, await StageAsync(database, account, ads: 2), 14);
            slice = await StageAsync(database, account, ads: 3);
            Assert.Equal(21, await CountAsync(database, "insights_staging"));

            await KillAsync(state, database);
        }

        await using var again = await LocalPostgres.StartAsync(options, default);
        Assert.True(again.Started);
        await using var recovered = Pool(again);
        Assert.Equal(0, await CountAsync(recovered, "insights_staging"));

        var refused = await Assert.ThrowsAsync<SliceRejectedException>(() => PublishAsync(recovered, slice, 21));

        Assert.Contains("21 rows were read but 0 are staged", refused.Message, StringComparison.Ordinal);
        Assert.Equal(14, await CountAsync(recovered, "fact_meta_daily"));
        Assert.Equal(7, await CountAsync(recovered, "daily_meta_metrics where ads = 2"));
        _staging = new SliceStaging(recovered, memoryBytes: 0);
        Assert.Equal(7, (await PublishAsync(recovered, await StageAsync(recovered, slice.Run.Account, ads: 3), 21)).Inserted);
    }

    [Fact]
    public async Task A_server_that_crashed_is_left_without_complaint()
    {
        await using var state = StateFolder.Create();
        var server = await state.StartAsync();
        await using (var database = NpgsqlDataSource.Create(DatabaseUrl.Parse(server.DatabaseUrl("postgres")).ConnectionString))
            await KillAsync(state, database);

        await server.DisposeAsync();

        Assert.False(await LocalPostgres.StopAsync(state.Options, default));
    }

    // Its processes notice the death of the first of them and leave; whoever starts meanwhile must cope, so nobody waits here.
    private static async Task KillAsync(StateFolder state, NpgsqlDataSource database)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(state.Place, "data", "postmaster.pid"));
        using (var postmaster = Process.GetProcessById(int.Parse(lines[0])))
            postmaster.Kill();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var command = database.CreateCommand("select 1");
                    await command.ExecuteScalarAsync();
                    return false;
                }
                catch (NpgsqlException)
                {
                    return true;
                }
            },
            "the killed server no longer answers");
    }

    private static NpgsqlDataSource Pool(LocalPostgres server) =>
        WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = server.DatabaseUrl("warehouse"), MaxConnections = 4 });

    private static async Task<AdAccountKey> AccountAsync(NpgsqlDataSource database)
    {
        var tenant = await new TenantStore(database, TimeProvider.System).EnsureAsync("acme", "Acme", "EUR", default);
        await using var connect = database.CreateCommand("insert into integrations (tenant_id, name) values ($1, 'main') returning id");
        connect.Parameters.Add(new() { Value = tenant.Value });
        var integration = (Guid)(await connect.ExecuteScalarAsync())!;
        var facts = new AdAccountFacts(AdAccountId.Parse("act_101"), "Acme", "EUR", "Europe/Prague", 1, 0);
        await new AdAccountStore(database, TimeProvider.System).UpsertAsync(tenant, integration, [facts], default);
        return new AdAccountKey(tenant, facts.Id);
    }

    private async Task<InsightsSlice> StageAsync(NpgsqlDataSource database, AdAccountKey account, int ads)
    {
        var run = await new RunLedger(database, TimeProvider.System).BeginAsync(account, "incremental", "test", WarehouseFixture.Week, default);
        var slice = new InsightsSlice(run, 0, InsightsReport.Daily(InsightsLevel.Ad), WarehouseFixture.Week, WarehouseFixture.Week.Until);
        using var page = new FakePage(0, [.. WarehouseFixture.AdRows(ads)]);
        await _staging.AddAsync(slice, page, default);
        return slice;
    }

    private Task<PublishCounts> PublishAsync(NpgsqlDataSource database, InsightsSlice slice, long rows) =>
        new SlicePublisher(database, new InsightPartitions(database), _staging, TimeProvider.System).PublishAsync(slice, rows, default);

    private static async Task<long> CountAsync(NpgsqlDataSource database, string from)
    {
        await using var command = database.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
