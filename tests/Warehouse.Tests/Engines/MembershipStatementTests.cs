namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>The statements of Orleans' membership, one by one.</summary>
public sealed class MembershipStatementTests
{
    private const int Active = 3;
    private const int Dead = 6;

    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, 123, DateTimeKind.Utc);

    [Fact]
    public async Task A_cluster_is_made_once_and_read_without_members()
    {
        await using var orleans = await ClusterAsync();

        Assert.False(await orleans.SaysAsync("InsertMembershipVersionKey", ("DeploymentId", "c")));
        var all = Assert.Single(await orleans.RunAsync("MembershipReadAllKey", ("DeploymentId", "c")));
        var one = Assert.Single(await orleans.RunAsync("MembershipReadRowKey", Key(1)));

        Assert.Equal((0, null), (all["Version"], all["StartTime"]));
        Assert.Equal((0, null), (one["Version"], one["StartTime"]));
    }

    [Fact]
    public async Task A_member_that_joins_moves_the_version_on_and_reads_back_whole()
    {
        await using var orleans = await ClusterAsync();

        Assert.True(await JoinAsync(orleans, 1, version: 0));

        var row = Assert.Single(await orleans.RunAsync("MembershipReadRowKey", Key(1)));
        Assert.Equal(
            (1, "fe80::1%eth0", 11111, 1, "silo", "host", Active, 30000, null, Noon, Noon.AddSeconds(1)),
            (row["Version"], row["Address"], row["Port"], row["Generation"], row["SiloName"], row["HostName"], row["Status"], row["ProxyPort"],
                row["SuspectTimes"], row["StartTime"], row["IAmAliveTime"]));
        Assert.Equal(DateTimeKind.Utc, ((DateTime)row["StartTime"]!).Kind);
    }

    [Fact]
    public async Task A_member_that_is_there_and_a_version_that_has_passed_change_nothing()
    {
        await using var orleans = await ClusterAsync();
        await JoinAsync(orleans, 1, version: 0);

        Assert.False(await JoinAsync(orleans, 1, version: 1));
        Assert.False(await JoinAsync(orleans, 2, version: 0));

        Assert.Equal(1, await VersionAsync(orleans));
        Assert.Single(await orleans.RunAsync("MembershipReadAllKey", ("DeploymentId", "c")));
    }

    [Fact]
    public async Task A_change_of_a_member_needs_the_version_and_the_member()
    {
        await using var orleans = await ClusterAsync();
        await JoinAsync(orleans, 1, version: 0);
        const string suspects = "10.0.0.7:11111@1,2026-01-31 09:50:43.341 GMT|10.0.0.8:11111@2,2026-01-31 09:50:44.000 GMT";

        Assert.False(await UpdateAsync(orleans, 1, version: 0, suspects));
        Assert.False(await UpdateAsync(orleans, 2, version: 1, suspects));
        Assert.Equal((1, null), (await VersionAsync(orleans), (await RowAsync(orleans, 1))["SuspectTimes"]));

        Assert.True(await UpdateAsync(orleans, 1, version: 1, suspects));
        Assert.Equal((2, suspects, Dead), (await VersionAsync(orleans), (await RowAsync(orleans, 1))["SuspectTimes"], (await RowAsync(orleans, 1))["Status"]));
    }

    [Fact]
    public async Task Of_twenty_that_join_at_one_version_one_does_and_in_the_end_all_are_in_without_a_deadlock()
    {
        await using var orleans = await ClusterAsync();

        var first = await Task.WhenAll(Enumerable.Range(1, 20).Select(silo => JoinAsync(orleans, silo, version: 0)));
        await Task.WhenAll(Enumerable.Range(1, 20).Where(silo => !first[silo - 1]).Select(async silo =>
        {
            while (!await JoinAsync(orleans, silo, await VersionAsync(orleans)))
            {
            }
        }));

        Assert.Single(first, joined => joined);
        Assert.Equal(20, await VersionAsync(orleans));
        Assert.Equal(20, (await orleans.RunAsync("MembershipReadAllKey", ("DeploymentId", "c"))).Count);
        Assert.Equal(0, await orleans.Database.ScalarAsync<long>("select deadlocks from pg_stat_database where datname = current_database()"));
    }

    [Fact]
    public async Task A_heartbeat_changes_its_column_alone()
    {
        await using var orleans = await ClusterAsync();
        await JoinAsync(orleans, 1, version: 0);
        var before = await RowAsync(orleans, 1);

        await orleans.RunAsync("UpdateIAmAlivetimeKey", [.. Key(1), ("IAmAliveTime", Noon.AddMinutes(5))]);

        var after = await RowAsync(orleans, 1);
        Assert.Equal(Noon.AddMinutes(5), after["IAmAliveTime"]);
        Assert.Equal(before.Where(column => column.Key != "iamalivetime"), after.Where(column => column.Key != "iamalivetime"));
    }

    [Fact]
    public async Task A_gateway_is_an_active_silo_with_a_port_for_clients()
    {
        await using var orleans = await ClusterAsync();
        await JoinAsync(orleans, 1, version: 0);
        await JoinAsync(orleans, 2, version: 1, gateway: 0);
        await JoinAsync(orleans, 3, version: 2, status: Dead);

        var gateway = Assert.Single(await orleans.RunAsync("GatewaysQueryKey", ("DeploymentId", "c"), ("Status", Active)));

        Assert.Equal(("fe80::1%eth0", 30000, 1), (gateway["Address"], gateway["ProxyPort"], gateway["Generation"]));
    }

    [Fact]
    public async Task Only_silos_that_have_long_been_dead_are_cleaned_away()
    {
        await using var orleans = await ClusterAsync();
        await JoinAsync(orleans, 1, version: 0, status: Dead);
        await JoinAsync(orleans, 2, version: 1, status: Active);
        await JoinAsync(orleans, 3, version: 2, status: 2);
        await JoinAsync(orleans, 4, version: 3, status: Dead, alive: Noon.AddDays(9));

        await orleans.RunAsync("CleanupDefunctSiloEntriesKey", ("DeploymentId", "c"), ("IAmAliveTime", Noon.AddDays(7)));
        Assert.Equal([2, 3, 4], await GenerationsAsync(orleans));

        await orleans.RunAsync("CleanupDefunctSiloEntryKey", [.. Key(2), ("SuspectTimes", null), ("StartTime", Noon), ("IAmAliveTime", Noon.AddSeconds(1))]);
        await orleans.RunAsync("CleanupDefunctSiloEntryKey", [.. Key(4), ("SuspectTimes", null), ("StartTime", Noon), ("IAmAliveTime", Noon)]);
        Assert.Equal([2, 3, 4], await GenerationsAsync(orleans));
        await orleans.RunAsync("CleanupDefunctSiloEntryKey", [.. Key(4), ("SuspectTimes", null), ("StartTime", Noon), ("IAmAliveTime", Noon.AddDays(9))]);

        Assert.Equal([2, 3], await GenerationsAsync(orleans));
        Assert.Equal(4, await VersionAsync(orleans));
    }

    [Fact]
    public async Task A_cluster_that_is_deleted_leaves_the_others()
    {
        await using var orleans = await ClusterAsync();
        await orleans.SaysAsync("InsertMembershipVersionKey", ("DeploymentId", "other"));
        await JoinAsync(orleans, 1, version: 0);

        await orleans.RunAsync("DeleteMembershipTableEntriesKey", ("DeploymentId", "c"));

        Assert.Equal(["(other)"], await orleans.Database.RowsAsync("select deploymentid from engine.orleansmembershipversiontable"));
        Assert.Empty(await orleans.Database.RowsAsync("select 1 from engine.orleansmembershiptable"));
    }

    private static async Task<OrleansStatements> ClusterAsync()
    {
        var orleans = await OrleansStatements.OpenAsync("timezone=America/New_York");
        Assert.True(await orleans.SaysAsync("InsertMembershipVersionKey", ("DeploymentId", "c")));
        return orleans;
    }

    private static (string, object?)[] Key(int silo) => [("DeploymentId", "c"), ("Address", "fe80::1%eth0"), ("Port", 11111), ("Generation", silo)];

    private static Task<bool> JoinAsync(OrleansStatements orleans, int silo, int version, int status = Active, int gateway = 30000, DateTime? alive = null) =>
        orleans.SaysAsync("InsertMembershipKey",
            [.. Key(silo), ("SiloName", "silo"), ("HostName", "host"), ("Status", status), ("ProxyPort", gateway), ("StartTime", Noon), ("IAmAliveTime", alive ?? Noon.AddSeconds(1)), ("Version", version)]);

    private static Task<bool> UpdateAsync(OrleansStatements orleans, int silo, int version, string suspects) =>
        orleans.SaysAsync("UpdateMembershipKey", [.. Key(silo), ("Status", Dead), ("SuspectTimes", suspects), ("IAmAliveTime", Noon), ("Version", version)]);

    private static async Task<IReadOnlyDictionary<string, object?>> RowAsync(OrleansStatements orleans, int silo) =>
        Assert.Single(await orleans.RunAsync("MembershipReadRowKey", Key(silo)));

    private static async Task<int> VersionAsync(OrleansStatements orleans) =>
        (int)(await orleans.RunAsync("MembershipReadAllKey", ("DeploymentId", "c")))[0]["Version"]!;

    private static async Task<IEnumerable<int>> GenerationsAsync(OrleansStatements orleans) =>
        (await orleans.RunAsync("MembershipReadAllKey", ("DeploymentId", "c"))).Select(row => (int)row["Generation"]!).Order();
}
