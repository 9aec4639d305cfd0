using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Core.Upkeep;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Accounts;
using MetaGrains.Warehouse.Shapes;
using MetaGrains.Warehouse.Upkeep;

namespace MetaGrains.Warehouse.Tests.Shapes;

public sealed class ReportRunStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    internal static ReportRun Run(AdAccountKey account, DateTimeOffset started) => new()
    {
        Id = "6023920149050", Account = account.Account, Question = "q1", StartedAt = started, ProgressAt = started.AddMinutes(1), Attempt = 2, Percent = 40, State = ReportState.Running,
    };

    [Fact]
    public async Task A_run_is_found_by_its_question_as_it_was_last_seen_until_it_is_forgotten()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var memory = new ReportRunStore(warehouse.Database.Source, new FixedClock(Now)).Of(warehouse.Account);
        var run = Run(warehouse.Account, Now.AddMinutes(-5));

        Assert.Null(await memory.FindAsync("q1", default));
        await memory.KeepAsync(run with { State = ReportState.Queued, Percent = 0 }, default);
        await memory.NoteAsync(run, default);
        Assert.Equal(run, await memory.FindAsync("q1", default));
        Assert.Null(await memory.FindAsync("q2", default));

        // A later report of the same question stays.
        await memory.ForgetAsync(run with { Id = "1" }, default);
        Assert.NotNull(await memory.FindAsync("q1", default));
        await memory.ForgetAsync(run, default);
        Assert.Null(await memory.FindAsync("q1", default));
    }

    [Fact]
    public async Task Who_was_overtaken_brings_no_report_back_that_was_read_or_replaced()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var memory = new ReportRunStore(warehouse.Database.Source, new FixedClock(Now)).Of(warehouse.Account);
        var run = Run(warehouse.Account, Now.AddMinutes(-5));
        await memory.KeepAsync(run, default);

        await memory.ForgetAsync(run, default);
        await memory.NoteAsync(run with { State = ReportState.Completed }, default);
        Assert.Null(await memory.FindAsync("q1", default));

        var next = run with { Id = "2", State = ReportState.Queued };
        await memory.KeepAsync(next, default);
        await memory.NoteAsync(run with { State = ReportState.Completed }, default);
        Assert.Equal(next, await memory.FindAsync("q1", default));
    }

    [Fact]
    public async Task The_same_account_of_another_tenant_has_reports_of_its_own()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var store = new ReportRunStore(warehouse.Database.Source, new FixedClock(Now));
        var other = await WarehouseFixture.AddAccountAsync(
            warehouse.Database, await new TenantStore(warehouse.Database.Source, TimeProvider.System).EnsureAsync("other", "Other", "EUR", default), "act_101");
        await store.Of(warehouse.Account).KeepAsync(Run(warehouse.Account, Now), default);

        Assert.Null(await store.Of(other).FindAsync("q1", default));
    }

    [Fact]
    public async Task What_Meta_has_forgotten_is_not_found_and_upkeep_removes_it()
    {
        await using var warehouse = await WarehouseFixture.CreateAsync();
        var (clock, days) = (new FixedClock(Now), ReportRun.Lifetime);
        var memory = new ReportRunStore(warehouse.Database.Source, clock).Of(warehouse.Account);
        await memory.KeepAsync(Run(warehouse.Account, Now - days), default);
        await memory.KeepAsync(Run(warehouse.Account, Now) with { Question = "q2" }, default);

        Assert.Null(await memory.FindAsync("q1", default));
        await new WarehouseUpkeep(warehouse.Database.Source, new RetentionOptions(), new FixedClock(Now.AddMinutes(1))).RunAsync(default);

        Assert.Equal(["(q2)"], await warehouse.Database.RowsAsync("select question from report_runs"));
    }
}
