using System.Text;

namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>The statements of Orleans' grain storage. No row back means: somebody else was there.</summary>
public sealed class StorageStatementTests
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("""{"text":"sieben ✓"}""");

    /// <summary>Integer keys with and without a text behind them, guids, and texts: how Orleans fills the columns.</summary>
    public static TheoryData<long, long, string?> Keys => new() { { 0, 42, null }, { 0, 42, "latte" }, { 7, -8, null }, { 7, -8, "ext" }, { 0, 0, "acct/t/act_1" }, { 0, 0, "žluťoučký/" + new string('k', 600) } };

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task State_is_written_read_and_written_again_at_its_version(long n0, long n1, string? extension)
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var key = Key(n0, n1, extension);

        Assert.Empty(await orleans.RunAsync("ReadFromStorageKey", key));
        Assert.Equal(1, await WriteAsync(orleans, key, version: null, Payload));
        Assert.Equal(2, await WriteAsync(orleans, key, version: 1, [.. Payload, 0]));

        var row = Assert.Single(await orleans.RunAsync("ReadFromStorageKey", key));
        Assert.Equal(2, row["Version"]);
        Assert.Equal([.. Payload, 0], (byte[])row["PayloadBinary"]!);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Of_fifty_first_writes_at_once_one_succeeds_and_one_row_is_there(long n0, long n1, string? extension)
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var key = Key(n0, n1, extension);

        var written = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => WriteAsync(orleans, key, version: null, Payload)));

        Assert.Single(written, version => version == 1);
        Assert.Equal(49, written.Count(version => version is null));
        Assert.Equal(1, await orleans.Database.ScalarAsync<long>("select count(*) from engine.orleansstorage"));
    }

    [Fact]
    public async Task A_write_at_another_version_changes_nothing()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var key = Key(0, 0, "acct/t/act_1");
        await WriteAsync(orleans, key, version: null, Payload);

        Assert.Null(await WriteAsync(orleans, key, version: 7, []));
        Assert.Null(await WriteAsync(orleans, key, version: null, []));

        Assert.Equal((1, Payload.Length), await SeenAsync(orleans, key));
    }

    [Fact]
    public async Task Clearing_keeps_the_row_and_its_version_and_deleting_leaves_none()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var key = Key(0, 0, "acct/t/act_1");
        await WriteAsync(orleans, key, version: null, Payload);

        Assert.Empty(await orleans.RunAsync("ClearStorageKey", [.. key, ("GrainStateVersion", 9)]));
        Assert.Equal(2, Assert.Single(Assert.Single(await orleans.RunAsync("ClearStorageKey", [.. key, ("GrainStateVersion", 1)]))).Value);
        Assert.Equal((2, null), await SeenAsync(orleans, key));
        Assert.Null(await WriteAsync(orleans, key, version: null, Payload));
        Assert.Equal(3, await WriteAsync(orleans, key, version: 2, Payload));

        Assert.Empty(await orleans.RunAsync("DeleteStorageKey", [.. key, ("GrainStateVersion", 2)]));
        Assert.NotEqual(3, Assert.Single(Assert.Single(await orleans.RunAsync("DeleteStorageKey", [.. key, ("GrainStateVersion", 3)]))).Value);
        Assert.Empty(await orleans.RunAsync("ReadFromStorageKey", key));
    }

    [Fact]
    public async Task An_empty_state_and_one_of_five_megabytes_come_back()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        var key = Key(0, 0, "acct/t/act_1");

        await WriteAsync(orleans, key, version: null, []);
        Assert.Equal((1, 0), await SeenAsync(orleans, key));
        await WriteAsync(orleans, key, version: 1, new byte[5_000_000]);

        Assert.Equal((2, 5_000_000), await SeenAsync(orleans, key));
    }

    [Fact]
    public async Task Grains_whose_hashes_are_equal_and_records_of_one_grain_have_rows_of_their_own()
    {
        await using var orleans = await OrleansStatements.OpenAsync();

        await WriteAsync(orleans, Key(0, 0, "a"), version: null, [1]);
        await WriteAsync(orleans, Key(0, 0, "b"), version: null, [2, 2]);
        await WriteAsync(orleans, Key(0, 0, "a", state: "other"), version: null, [3, 3, 3]);
        await WriteAsync(orleans, Key(0, 0, "a", service: "other"), version: null, [4, 4, 4, 4]);

        Assert.Equal((1, 1), await SeenAsync(orleans, Key(0, 0, "a")));
        Assert.Equal((1, 2), await SeenAsync(orleans, Key(0, 0, "b")));
        Assert.Equal((1, 3), await SeenAsync(orleans, Key(0, 0, "a", state: "other")));
        Assert.Equal((1, 4), await SeenAsync(orleans, Key(0, 0, "a", service: "other")));
    }

    [Fact]
    public async Task A_row_is_found_by_its_index()
    {
        await using var orleans = await OrleansStatements.OpenAsync();

        Assert.Contains("orleansstorage_key", await orleans.PlanAsync("ReadFromStorageKey", Key(0, 0, "a")), StringComparison.Ordinal);
    }

    // One hash for all: what tells rows apart is the key.
    private static (string, object?)[] Key(long n0, long n1, string? extension, string state = "ad-account.sync", string service = "metagrains") =>
    [
        ("GrainIdHash", -5), ("GrainIdN0", n0), ("GrainIdN1", n1), ("GrainTypeHash", 5), ("GrainTypeString", state),
        ("GrainIdExtensionString", extension), ("ServiceId", service),
    ];

    private static async Task<int?> WriteAsync(OrleansStatements orleans, (string, object?)[] key, int? version, byte[] payload) =>
        (await orleans.RunAsync("WriteToStorageKey", [.. key, ("GrainStateVersion", version), ("PayloadBinary", payload)])) is [{ } row] ? (int?)row["NewGrainStateVersion"] : null;

    private static async Task<(int Version, int? Bytes)> SeenAsync(OrleansStatements orleans, (string, object?)[] key)
    {
        var row = Assert.Single(await orleans.RunAsync("ReadFromStorageKey", key));
        return ((int)row["Version"]!, ((byte[]?)row["PayloadBinary"])?.Length);
    }
}
