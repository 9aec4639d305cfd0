using MetaGrains.Core.Sync;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;

namespace MetaGrains.Silo.Tests;

/// <summary>One database, and silos of one engine after those of the other.</summary>
public sealed class OtherEngineTests
{
    private const string Kept = """
        select graintypestring as name, grainidextensionstring as grain from engine.orleansstorage
        union all select remindername, grainid from engine.orleansreminderstable order by 1, 2
        """;

    [BothEnginesFact]
    public async Task Accounts_go_on_by_their_reminders_when_the_engine_changes_and_changes_back()
    {
        await using var database = await RunningSilo.DatabaseAsync();
        var settings = RunningSilo.Settings(database.Url);
        settings["META_STUB_MODE"] = "1";
        settings["MetaGrains__Silo__StubAccounts"] = "2";
        // A claim of the other engine stands for 10 s.
        settings["MetaGrains__Silo__JoinPatience"] = "00:00:20";
        var (runs, versions) = (0L, 0L);
        IReadOnlyList<string> kept = [];
        foreach (var engine in (string[])["Portable", "Orleans", "Portable"])
        {
            using var silo = RunningSilo.StartOn(engine, settings);
            Assert.Equal(engine, (await silo.ReadyAsync()).GetProperty("engine").GetString());
            if (runs == 0)
                await ConnectAsync(database, settings);
            await Eventually.TrueAsync(async () => await RunsAsync(database) >= runs + 4, $"accounts sync by themselves on {engine}");

            silo.Terminate();
            Assert.Equal(0, (await silo.EndAsync()).ExitCode);

            var now = await database.RowsAsync(Kept);
            if (runs > 0)
                Assert.Equal(kept, now);
            Assert.InRange(await VersionsAsync(database), versions + 1, long.MaxValue);
            (runs, versions, kept) = (await RunsAsync(database), await VersionsAsync(database), now);
        }

        Assert.Equal(2, kept.Count(row => row.Contains("ad-account.sync", StringComparison.Ordinal)));
    }

    [BothEnginesFact]
    public async Task A_silo_does_not_start_while_one_of_the_other_engine_lives()
    {
        foreach (var engine in BothEnginesFactAttribute.Engines)
        {
            await using var database = await RunningSilo.DatabaseAsync();
            var settings = RunningSilo.Settings(database.Url);
            using var first = RunningSilo.StartOn(engine, settings);
            await first.ReadyAsync();
            settings["MetaGrains__Silo__JoinPatience"] = "00:00:01";

            using var second = RunningSilo.StartOn(BothEnginesFactAttribute.Engines.Single(other => other != engine), settings);
            var (exitCode, error) = await second.EndAsync();

            Assert.Equal(3, exitCode);
            Assert.Contains($"of the engine {engine} is alive. Stop that cluster first.", error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
        }
    }

    private static async Task ConnectAsync(TestDatabase database, Dictionary<string, string?> settings)
    {
        var tenant = await new TenantDirectory(database.Source, TimeProvider.System).MakeAsync("acme", new TenantSettings("Acme", "EUR", null, null, null, SeveralCurrencies: true), default);
        var integration = await new IntegrationStore(database.Source, EncryptionKeys.Parse(settings[RunningSilo.Key]), TimeProvider.System)
            .ConnectAsync(tenant!.Id, "main", new AccessToken(SimulatorTokens.Valid), default);
        await database.ExecuteAsync("update integrations set discovery_requested_at = now(), enable_tier = 'high' where id = $1", integration);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from sync_runs where job = 'initial' and status = 'succeeded'") == 2, "both accounts are filled");
        await database.ExecuteAsync("""update ad_accounts set settings = '{"interval_seconds": 2}'""");
    }

    private static Task<long> RunsAsync(TestDatabase database) =>
        database.ScalarAsync<long>("select count(*) from sync_runs where trigger = 'schedule' and status = 'succeeded'");

    private static Task<long> VersionsAsync(TestDatabase database) => database.ScalarAsync<long>("select sum(version) from engine.orleansstorage");
}
