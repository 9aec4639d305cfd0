using MetaGrains.Warehouse;
using Npgsql;
using Quartz;

namespace MetaGrains.Bench.Wake;

/// <summary>
/// A node of Quartz.NET, clustered on PostgreSQL as its documentation says: a trigger per account, a batch as large as
/// the pool of threads, and data of jobs as strings.
/// </summary>
internal sealed class QuartzNode(string databaseUrl, WakePlan plan, WakeTally tally) : IWaker
{
    private const int Threads = 50;
    private const string Scheduler = "wake";

    // Quartz stores the pattern itself, by its own code; its rows are copied per account, since a call per trigger takes minutes.
    private const string Copy = """
        with given as (select * from unnest($1::text[], $2::bigint[]) as given (name, due)),
        triggers as (
          insert into qrtz_triggers
          select made.* from given, qrtz_triggers as pattern,
            jsonb_populate_record(pattern, jsonb_build_object('trigger_name', given.name, 'next_fire_time', given.due, 'start_time', given.due)) as made
          where pattern.trigger_name = 'pattern' returning trigger_name)
        insert into qrtz_simple_triggers
        select made.* from given, qrtz_simple_triggers as pattern,
          jsonb_populate_record(pattern, jsonb_build_object('trigger_name', given.name)) as made
        where pattern.trigger_name = 'pattern'
        """;

    private readonly NpgsqlDataSource _source = WarehouseServices.DataSource(new WarehouseOptions { DatabaseUrl = databaseUrl, MaxConnections = Threads });
    private IScheduler? _scheduler;

    public async Task PrepareAsync()
    {
        var scheduler = await SchedulerAsync();
        var job = JobBuilder.Create<WakeJob>().WithIdentity("wake").StoreDurably().Build();
        var pattern = TriggerBuilder.Create().WithIdentity("pattern")
            .StartAt(TimeProvider.System.GetUtcNow().AddDays(1))
            .WithSimpleSchedule(schedule => schedule.WithInterval(plan.Interval).RepeatForever())
            .Build();
        await scheduler.ScheduleJob(job, pattern);
        await using (var copy = _source.CreateCommand(Copy))
        {
            copy.Parameters.Add(new() { Value = Enumerable.Range(1, plan.Accounts).Select(number => plan.Key(number).Account.ToString()).ToArray() });
            copy.Parameters.Add(new() { Value = plan.FirstDue(TimeProvider.System.GetUtcNow()).Select(due => due.UtcTicks).ToArray() });
            await copy.ExecuteNonQueryAsync();
        }

        await scheduler.UnscheduleJob(pattern.Key);
        await using var analyze = _source.CreateCommand("analyze qrtz_triggers, qrtz_simple_triggers");
        await analyze.ExecuteNonQueryAsync();
    }

    public async Task BeginAsync() => await (await SchedulerAsync()).Start();

    private async Task<IScheduler> SchedulerAsync()
    {
        if (_scheduler is not null)
            return _scheduler;
        var database = DatabaseUrl.Parse(databaseUrl);
        database.MaxPoolSize = Threads + 10;
        var scheduler = await QuartzSchedulerBuilder.Create(quartz => quartz
            .ConfigureScheduler(options => (options.InstanceName, options.MaxBatchSize) = (Scheduler, Threads))
            .UseDefaultThreadPool(Threads)
            .UsePersistentStore(store => store
                .UsePostgres(NpgsqlFactory.Instance, database.ConnectionString)
                .UseClustering()
                .ConfigureStore(options => options.StoreJobDataAsStrings = true)
                .ProvisionSchema()))
            .BuildScheduler();
        (scheduler.Context[nameof(NpgsqlDataSource)], scheduler.Context[nameof(WakePlan)], scheduler.Context[nameof(WakeTally)]) = (_source, plan, tally);
        return _scheduler = scheduler;
    }
}
