namespace MetaGrains.Warehouse.Tests.Engines;

/// <summary>The statements of Orleans' reminders.</summary>
public sealed class ReminderStatementTests
{
    private static readonly DateTime Start = new(2026, 3, 29, 1, 30, 0, 5, DateTimeKind.Utc);

    private static readonly int[] Hashes = [int.MinValue, -1, 0, 1, int.MaxValue];

    [Fact]
    public async Task A_reminder_is_written_again_and_removed_at_its_version_alone()
    {
        await using var orleans = await OrleansStatements.OpenAsync("timezone=America/New_York");

        var first = await UpsertAsync(orleans, "ad-account/acct/t/act_1", 1, 60_000);
        var second = await UpsertAsync(orleans, "ad-account/acct/t/act_1", 1, (long)TimeSpan.FromDays(49).TotalMilliseconds);
        var row = Assert.Single(await orleans.RunAsync("ReadReminderRowKey", [.. Grain("ad-account/acct/t/act_1"), ("ReminderName", "sync")]));

        Assert.NotEqual(first, second);
        Assert.Equal(
            ("ad-account/acct/t/act_1", "sync", Start, (long)TimeSpan.FromDays(49).TotalMilliseconds, second),
            (row["GrainId"], row["ReminderName"], row["StartTime"], row["Period"], (int)row["Version"]!));
        Assert.False(await RemoveAsync(orleans, first));
        Assert.True(await RemoveAsync(orleans, second));
        Assert.False(await RemoveAsync(orleans, second));
        Assert.Empty(await orleans.RunAsync("ReadReminderRowsKey", Grain("ad-account/acct/t/act_1")));
    }

    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(0u, 0u)]
    [InlineData(5u, 5u)]
    [InlineData(uint.MaxValue, 0u)]
    [InlineData(0u, uint.MaxValue)]
    [InlineData(0x7FFFFFFFu, 0x80000000u)]
    [InlineData(0x80000000u, 0x7FFFFFFFu)]
    [InlineData(0x7FFFFFFEu, 0x7FFFFFFFu)]
    [InlineData(0xFFFFFFFEu, 1u)]
    public async Task A_range_of_the_ring_has_the_hashes_after_its_begin_up_to_its_end(uint begin, uint end)
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        foreach (var hash in Hashes)
            await UpsertAsync(orleans, $"sweep/{hash}", hash, 60_000);

        // Orleans compares the bounds as signed numbers to choose the statement.
        var key = (int)begin < (int)end ? "ReadRangeRows1Key" : "ReadRangeRows2Key";
        var found = await orleans.RunAsync(key, ("ServiceId", "metagrains"), ("BeginHash", (int)begin), ("EndHash", (int)end));

        Assert.Equal(
            Hashes.Where(hash => IsIn(unchecked((uint)hash), begin, end)).Select(hash => $"sweep/{hash}").Order(StringComparer.Ordinal),
            found.Select(row => (string)row["GrainId"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_range_is_found_by_the_index_on_the_hash()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        (string, object?)[] range = [("ServiceId", "metagrains"), ("BeginHash", 1), ("EndHash", 2)];

        Assert.Contains("orleansreminderstable_hash", await orleans.PlanAsync("ReadRangeRows1Key", range), StringComparison.Ordinal);
        Assert.Contains("orleansreminderstable_hash", await orleans.PlanAsync("ReadRangeRows2Key", range), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reminders_of_a_service_are_deleted_and_those_of_others_stay()
    {
        await using var orleans = await OrleansStatements.OpenAsync();
        await UpsertAsync(orleans, "sweep/1", 1, 60_000);
        await orleans.Database.ExecuteAsync("insert into engine.orleansreminderstable values ('other', 'g', 'r', now(), 1, 2, 3)");

        await orleans.RunAsync("DeleteReminderRowsKey", ("ServiceId", "metagrains"));

        Assert.Equal(["(other)"], await orleans.Database.RowsAsync("select serviceid from engine.orleansreminderstable"));
    }

    // On a circle of unsigned numbers; a range from a point to itself is the whole circle.
    private static bool IsIn(uint hash, uint begin, uint end) => unchecked(hash - begin - 1 <= end - begin - 1);

    private static (string, object?)[] Grain(string grain) => [("ServiceId", "metagrains"), ("GrainId", grain)];

    private static async Task<int> UpsertAsync(OrleansStatements orleans, string grain, int hash, long period) =>
        (int)Assert.Single(await orleans.RunAsync("UpsertReminderRowKey",
            [.. Grain(grain), ("GrainHash", hash), ("ReminderName", "sync"), ("StartTime", Start), ("Period", period <= int.MaxValue ? (int)period : period)]))["Version"]!;

    private static Task<bool> RemoveAsync(OrleansStatements orleans, int version) =>
        orleans.SaysAsync("DeleteReminderRowKey", [.. Grain("ad-account/acct/t/act_1"), ("ReminderName", "sync"), ("Version", version)]);
}
