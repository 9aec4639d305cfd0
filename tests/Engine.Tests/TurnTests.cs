using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

[Collection(MemoryCluster.Name)]
public sealed class TurnTests(MemoryCluster cluster)
{
    [Fact]
    public async Task A_call_waits_until_the_one_before_has_completed()
    {
        var worker = Worker(out var key);

        var first = worker.PassGate($"{key}/1");
        await Gate.Named($"{key}/1").Reached;
        var second = worker.PassGate($"{key}/2");
        // The interleaved call comes after the second and is answered; so the second has had its chance.
        Assert.Equal(1, await worker.Peek());
        Assert.False(Gate.Named($"{key}/2").IsReached);
        Gate.Named($"{key}/1").Open();
        await first;

        await Gate.Named($"{key}/2").Reached;
        Gate.Named($"{key}/2").Open();
        await second;
    }

    [Fact]
    public async Task Read_only_calls_run_beside_each_other_and_not_beside_a_writer()
    {
        var worker = Worker(out var key);

        var readers = new[] { worker.ReadAtGate($"{key}/r1"), worker.ReadAtGate($"{key}/r2") };
        await Gate.Named($"{key}/r1").Reached;
        await Gate.Named($"{key}/r2").Reached;
        var writer = worker.PassGate($"{key}/w");
        Assert.Equal(0, await worker.Peek());
        Assert.False(Gate.Named($"{key}/w").IsReached);
        Gate.Named($"{key}/r1").Open();
        Gate.Named($"{key}/r2").Open();
        await Task.WhenAll(readers);

        await Gate.Named($"{key}/w").Reached;
        Gate.Named($"{key}/w").Open();
        await writer;
    }

    [Fact]
    public async Task One_thread_at_a_time_is_in_a_grain()
    {
        var worker = Worker(out _);

        var overlaps = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => worker.Overlaps()));

        Assert.DoesNotContain(true, overlaps);
    }

    [Fact]
    public async Task What_a_grain_awaits_comes_back_to_it() => Assert.True(await Worker(out _).StaysOnScheduler());

    [Fact]
    public async Task A_call_to_itself_waits_in_vain_and_the_grain_lives_on()
    {
        var worker = Worker(out _);

        await Assert.ThrowsAsync<TimeoutException>(worker.CallItself);
    }

    [Fact]
    public async Task Many_callers_are_all_answered()
    {
        var workers = Enumerable.Range(0, 50).Select(_ => Worker(out var _)).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 5000).Select(async i => await workers[i % workers.Length].Twice(i)));

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i * 2), answers);
    }

    [Fact]
    public async Task A_full_mailbox_takes_no_more()
    {
        await using var small = new TestClusterBuilder(1).AddSiloBuilderConfigurator<SmallMailboxes>().Build();
        await small.DeployAsync();
        var key = $"worker/{Guid.NewGuid():N}";
        var worker = small.GrainFactory.GetGrain<IWorker>(key);

        var first = worker.PassGate(key);
        await Gate.Named(key).Reached;
        var more = Enumerable.Range(0, 10).Select(_ => worker.Echo("me, too")).ToArray();
        var refused = await Task.WhenAny(more);

        var exception = await Assert.ThrowsAnyAsync<OrleansException>(() => refused);
        Assert.True(exception is LimitExceededException or GatewayTooBusyException, exception.ToString());
        Gate.Named(key).Open();
        await first;
        Assert.Equal(3, (await Task.WhenAll(more.Select(SucceedsAsync))).Count(succeeded => succeeded));
    }

    private static async Task<bool> SucceedsAsync(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (OrleansException)
        {
            return false;
        }
    }

    private IWorker Worker(out string key) => cluster.Grains.GetGrain<IWorker>(key = $"worker/{Guid.NewGuid():N}");

    private sealed class SmallMailboxes : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 3);
    }
}
