using MetaGrains.Core.Accounts;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tenancy;
using MetaGrains.Grains.Schedules;
using MetaGrains.Testing;
using MetaGrains.Warehouse.Control;
using Npgsql;

namespace MetaGrains.Grains.Tests;

public sealed class ScheduleWriterTests
{
    private const int Accounts = 10_000;

    private static readonly TenantId Tenant = new(Guid.Parse("00000000-0000-0000-0000-000000000001"));

    private static AdAccountKey Account(int number, TenantId? tenant = null) => new(tenant ?? Tenant, AdAccountId.Parse($"{number}"));

    private static ScheduleRow Row(int errors = 0) => new()
    {
        NextDueAt = null,
        Offset = default,
        Health = new HealthState(AccountHealth.Active, HealthOwner.Us, DateTimeOffset.UnixEpoch, null, "It syncs."),
        ConsecutiveErrors = errors,
    };

    private static ScheduleWriter Writer(Func<IReadOnlyCollection<(AdAccountKey Key, ScheduleRow Row)>, Task> write) =>
        new(write, new ScheduleWriterOptions { Pause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);

    [Fact]
    public async Task Ten_thousand_accounts_that_wake_while_a_statement_runs_cost_a_handful_of_further_ones()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var tenant = new TenantId(await database.ScalarAsync<Guid>("insert into tenants (slug, name, currency) values ('acme', 'Acme', 'EUR') returning id"));
        await database.ExecuteAsync(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) select $1, 'act_' || n, n, 'EUR', 'UTC' from generate_series(1, $2) n",
            tenant.Value, Accounts);
        var store = new ScheduleStore(database.Source, TimeProvider.System);
        var release = new TaskCompletionSource();
        var statements = new List<int>();
        var writer = Writer(async rows =>
        {
            statements.Add(rows.Count);
            await release.Task;
            await store.WriteAsync(rows, default);
        });

        var first = writer.WriteAsync(Account(1, tenant), Row());
        await Eventually.TrueAsync(() => Task.FromResult(statements.Count == 1), "the first statement runs");
        var others = Enumerable.Range(2, Accounts - 1).Select(number => writer.WriteAsync(Account(number, tenant), Row())).ToArray();
        release.SetResult();
        await Task.WhenAll(others.Append(first));

        Assert.Equal([1, 2000, 2000, 2000, 2000, 1999], statements);
        Assert.Equal(Accounts, await database.ScalarAsync<long>("select count(*) from account_schedule"));
    }

    [Fact]
    public async Task Of_two_rows_of_an_account_in_one_batch_the_later_is_written_and_both_callers_learn_it()
    {
        var release = new TaskCompletionSource();
        var written = new List<(AdAccountKey Key, ScheduleRow Row)>();
        var writer = Writer(async rows =>
        {
            written.AddRange(rows);
            await release.Task;
        });
        var first = writer.WriteAsync(Account(1), Row());
        await Eventually.TrueAsync(() => Task.FromResult(written.Count == 1), "the first statement runs");

        var earlier = writer.WriteAsync(Account(2), Row(errors: 1));
        var later = writer.WriteAsync(Account(2), Row(errors: 2));
        Assert.False(earlier.IsCompleted);
        release.SetResult();
        await Task.WhenAll(first, earlier, later);

        Assert.Equal([(Account(1), Row()), (Account(2), Row(errors: 2))], written);
    }

    [Fact]
    public async Task A_database_that_is_away_fails_every_row_and_the_next_is_tried_anew()
    {
        var away = true;
        var writer = Writer(_ => away ? throw new NpgsqlException("away") : Task.CompletedTask);

        var failing = Enumerable.Range(1, 50).Select(number => writer.WriteAsync(Account(number), Row())).ToArray();
        foreach (var waiter in failing)
            await Assert.ThrowsAsync<NpgsqlException>(() => waiter);
        away = false;

        await writer.WriteAsync(Account(1), Row());
    }

    [Fact]
    public async Task A_row_that_cannot_be_stored_fails_alone()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateAsync();
        var tenant = new TenantId(await database.ScalarAsync<Guid>("insert into tenants (slug, name, currency) values ('acme', 'Acme', 'EUR') returning id"));
        await database.ExecuteAsync(
            "insert into ad_accounts (tenant_id, ad_account_id, name, currency, timezone_name) select $1, 'act_' || n, n, 'EUR', 'UTC' from generate_series(1, 20) n where n <> 13",
            tenant.Value);
        var store = new ScheduleStore(database.Source, TimeProvider.System);
        var writer = Writer(rows => store.WriteAsync(rows, default));

        var waiters = Enumerable.Range(1, 20).Select(number => writer.WriteAsync(Account(number, tenant), Row())).ToArray();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => waiters[12]);
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        await Task.WhenAll(waiters.Where((_, index) => index != 12));
        Assert.Equal(19, await database.ScalarAsync<long>("select count(*) from account_schedule"));
    }
}
