using MetaGrains.Warehouse;
using Npgsql;

namespace MetaGrains.Bench.Wake;

/// <summary>The limit: an index of due times that one connection a process claims in batches, and no actor.</summary>
internal sealed class ClaimLoop(string databaseUrl, WakePlan plan, WakeTally tally) : IWaker
{
    private const int Batch = 500;

    private const string Claim = """
        with claimed as (select id, due_at from wake_claims where due_at <= $1 order by due_at limit $2 for update skip locked)
        update wake_claims as row set due_at = row.due_at + $3 from claimed where row.id = claimed.id
        returning row.id, claimed.due_at
        """;

    // As long as the product's writer gathers rows for its next statement.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(DatabaseUrl.Parse(databaseUrl).ConnectionString);

    public async Task PrepareAsync()
    {
        await using var command = _source.CreateCommand("""
            create table wake_claims (id integer primary key, due_at timestamptz not null);
            create index wake_claims_due on wake_claims (due_at)
            """);
        await command.ExecuteNonQueryAsync();
        await using var fill = _source.CreateCommand("insert into wake_claims (id, due_at) select * from unnest($1::integer[], $2::timestamptz[])");
        fill.Parameters.Add(new() { Value = Enumerable.Range(1, plan.Accounts).ToArray() });
        fill.Parameters.Add(new() { Value = plan.FirstDue(TimeProvider.System.GetUtcNow()).Select(due => due.UtcDateTime).ToArray() });
        await fill.ExecuteNonQueryAsync();
    }

    public Task BeginAsync()
    {
        _ = Task.Run(RunAsync);
        return Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(Claim, connection);
            var now = new NpgsqlParameter<DateTime>();
            command.Parameters.Add(now);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Batch });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = plan.Interval });
            await command.PrepareAsync();
            while (true)
            {
                var began = TimeProvider.System.GetUtcNow();
                now.TypedValue = began.UtcDateTime;
                if (await ClaimAsync(command, began) < Batch)
                    await Task.Delay(Pause, TimeProvider.System);
            }
        }
        catch (Exception failure)
        {
            // The process is of no use without its loop.
            await Console.Error.WriteLineAsync($"metagrains: {failure}");
            Environment.Exit(1);
        }
    }

    private async Task<int> ClaimAsync(NpgsqlCommand command, DateTimeOffset began)
    {
        var claimed = new List<(int Account, DateTimeOffset Due)>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                claimed.Add((reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        var stored = TimeProvider.System.GetUtcNow();
        foreach (var (account, due) in claimed)
            tally.Count(account, due, began, stored);
        return claimed.Count;
    }
}
