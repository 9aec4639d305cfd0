using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Insights;

namespace MetaGrains.Warehouse.Tests.Control;

/// <summary>Runs that are asked for once, and how callers see them.</summary>
public sealed class RunDirectoryTests
{
    private static readonly RunAsk Tier = new(SyncJob.Tier, null, null, "api");
    private static readonly DateRange Days = new(new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 5));

    [Fact]
    public async Task Equal_asks_that_wait_are_one_run_and_others_are_their_own()
    {
        await using var control = await ControlFixture.CreateAsync();
        var second = await control.AddAsync("act_102");

        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => control.Queue.RequestAsync(control.Account, Tier, null, default)));
        var others = new[]
        {
            await control.Queue.RequestAsync(control.Account, Tier with { Job = SyncJob.Fresh }, null, default),
            await control.Queue.RequestAsync(control.Account, Tier with { Range = Days }, null, default),
            await control.Queue.RequestAsync(control.Account, Tier with { Preset = DatePreset.Yesterday }, null, default),
            await control.Queue.RequestAsync(control.Account, Tier with { Entity = new EntityScope(InsightsLevel.Ad, "70001") }, null, default),
            await control.Queue.RequestAsync(control.Account, Tier with { Entity = new EntityScope(InsightsLevel.Ad, "70002") }, null, default),
            await control.Queue.RequestAsync(second, Tier, null, default),
        };

        Assert.Equal(ReceiptKind.Waiting, (await control.Queue.RequestAsync(control.Account, Tier with { Entity = new EntityScope(InsightsLevel.Ad, "70002") }, null, default))!.Kind);
        var shown = await control.Runs.FindAsync(control.Account, others[^2]!.RunId, default);
        Assert.Equal(("70002", "ad"), (shown!.Entity, shown.EntityLevel));
        var run = Assert.Single(receipts.Select(receipt => receipt!.RunId).Distinct());
        Assert.Single(receipts, receipt => receipt!.Kind == ReceiptKind.Accepted);
        Assert.All(others, receipt => Assert.Equal(ReceiptKind.Accepted, receipt!.Kind));
        Assert.DoesNotContain(run, others.Select(receipt => receipt!.RunId));
        Assert.Null(await control.Queue.RequestAsync(control.Account with { Account = AdAccountId.Parse("999") }, Tier, null, default));
    }

    [Fact]
    public async Task A_key_names_one_run_for_ever_and_each_account_has_keys_of_its_own()
    {
        await using var control = await ControlFixture.CreateAsync();
        var second = await control.AddAsync("act_102");
        var first = await control.Queue.RequestAsync(control.Account, Tier, "k", default);
        await control.Queue.RefuseAsync(first!.RunId, "no", default);

        var again = await control.Queue.RequestAsync(control.Account, Tier, "k", default);
        var taken = await control.Queue.RequestAsync(control.Account, Tier with { Range = Days }, "k", default);
        var elsewhere = await control.Queue.RequestAsync(second, Tier, "k", default);

        Assert.Equal(new RunReceipt(first.RunId, ReceiptKind.Repeated, "failed"), again);
        Assert.Equal(ReceiptKind.KeyTaken, taken!.Kind);
        Assert.Equal(ReceiptKind.Accepted, elsewhere!.Kind);
        Assert.Equal(2L, await control.Database.ScalarAsync<long>("select count(*) from sync_runs"));
    }

    [Fact]
    public async Task A_publish_of_the_account_does_not_wait_for_who_asks()
    {
        await using var control = await ControlFixture.CreateAsync();
        await using var connection = await control.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("select 1 from ad_accounts for no key update", connection);
        await hold.ExecuteScalarAsync();

        var run = await new RunLedger(control.Database.Source, control.Clock).BeginAsync(control.Account, "tier", "schedule", Days, default).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.NotNull(await control.Runs.FindAsync(control.Account, run.Id, default));
    }

    [Fact]
    public async Task A_run_is_shown_with_its_days_its_counts_and_its_error()
    {
        await using var control = await ControlFixture.CreateAsync();
        var ledger = new RunLedger(control.Database.Source, control.Clock);
        var asked = await control.Queue.RequestAsync(control.Account, Tier with { Range = Days }, null, default);
        var run = await ledger.BeginAsync(control.Account, "fresh", "schedule", Days, default);
        await ledger.EndAsync(run, new RunReport { Outcome = RunOutcome.Failed, Calls = 3, Retries = 1, Pages = 2, Bytes = 99, RateLimited = true, ErrorMessage = "No." }, default);

        var listed = await control.Runs.ListAsync(control.Account, null, null, 10, default);

        Assert.Equal([run.Id, asked!.RunId], listed.Select(row => row.RunId));
        Assert.Equal(("failed", (DateRange?)Days, "No."), (listed[0].Status, listed[0].Window, listed[0].Error!.Message));
        Assert.Equal((3L, 1L, 2L, 99L, true), (listed[0].Tally.Calls, listed[0].Tally.Retries, listed[0].Tally.Pages, listed[0].Tally.Bytes, listed[0].Tally.RateLimited));
        Assert.Equal(("queued", (DateRange?)Days, null), (listed[1].Status, listed[1].Window, listed[1].StartedAt));
        Assert.Equal([asked.RunId], (await control.Runs.ListAsync(control.Account, null, run.Id, 10, default)).Select(row => row.RunId));
        Assert.Equal([asked.RunId], (await control.Runs.ListAsync(control.Account, "queued", null, 10, default)).Select(row => row.RunId));
        Assert.Null(await control.Runs.FindAsync(await control.AddAsync("act_102"), run.Id, default));
    }
}
