using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

[Collection(MemoryCluster.Name)]
public sealed class LifetimeTests(MemoryCluster cluster)
{
    [Fact]
    public async Task A_grain_that_wants_to_end_does_and_the_next_call_begins_another_life()
    {
        var sleeper = Sleeper(cluster.Grains, out var key);
        var first = await sleeper.Life();

        await sleeper.End();
        var second = await sleeper.Life();

        Assert.NotEqual(first, second);
        Assert.Equal(["activated", "ended: ApplicationRequested", "activated"], Journal.Of(key));
    }

    [Fact]
    public async Task An_exception_of_the_constructor_reaches_the_caller_and_the_silo_lives_on()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(cluster.Grains.GetGrain<IBornBroken>("trouble/1").Hello);

        Assert.Contains("broken from birth", exception.ToString());
        await Sleeper(cluster.Grains, out _).Life();
    }

    [Fact]
    public async Task A_failed_activation_tells_its_callers_and_is_tried_again()
    {
        var key = $"trouble/{Guid.NewGuid():N}";
        var grain = cluster.Grains.GetGrain<IWakesBroken>(key);
        await Assert.ThrowsAsync<WorkerFailedException>(grain.Hello);

        Journal.Note($"{key} mended", "yes");

        Assert.Equal("awake", await grain.Hello());
    }

    [Fact]
    public async Task An_idle_grain_is_collected_and_one_with_a_keep_alive_timer_is_not()
    {
        await using var brief = new TestClusterBuilder(1).AddSiloBuilderConfigurator<BriefLives>().Build();
        await brief.DeployAsync();
        var (idle, kept) = (Sleeper(brief.GrainFactory, out var idleKey), Sleeper(brief.GrainFactory, out var keptKey));
        await kept.Tick("t", TimeSpan.Zero, TimeSpan.FromMilliseconds(50), interleave: false, keepAlive: true);
        await idle.Life();

        await Journal.UntilAsync(idleKey, "ended: ActivationIdle");

        Assert.DoesNotContain("ended: ActivationIdle", Journal.Of(keptKey));
    }

    [Fact]
    public async Task A_silo_that_stops_ends_its_grains()
    {
        await using var other = new TestClusterBuilder(1).AddSiloBuilderConfigurator<MemoryCluster.Silo>().Build();
        await other.DeployAsync();
        await Sleeper(other.GrainFactory, out var key).Life();

        await other.StopAllSilosAsync();

        Assert.Contains("ended: ShuttingDown", Journal.Of(key));
    }

    [Fact]
    public async Task A_client_finds_the_silo_again_after_a_restart()
    {
        await using var other = new TestClusterBuilder(1).AddSiloBuilderConfigurator<MemoryCluster.Silo>().Build();
        await other.DeployAsync();
        var sleeper = Sleeper(other.GrainFactory, out _);
        var before = await sleeper.Life();

        await other.RestartSiloAsync(other.Primary!);

        Assert.NotEqual(before, await RetryAsync(sleeper.Life));
    }

    [Fact]
    public async Task A_startup_task_runs_before_the_silo_has_started_and_may_call_grains()
    {
        await using var other = new TestClusterBuilder(1).AddSiloBuilderConfigurator<WithStartupTask>().Build();

        await other.DeployAsync();

        Assert.Contains("heard", Journal.Of("startup"));
    }

    [Fact]
    public async Task The_management_grain_knows_hosts_and_activations()
    {
        await Sleeper(cluster.Grains, out _).Life();
        var management = cluster.Grains.GetGrain<IManagementGrain>(0);

        var hosts = await management.GetHosts(onlyActive: true);
        var statistics = await management.GetSimpleGrainStatistics();

        var silo = cluster.Cluster.GetSiloServiceProvider().GetRequiredService<ILocalSiloDetails>();
        Assert.Equal(SiloStatus.Active, Assert.Single(hosts).Value);
        Assert.Equal(silo.SiloAddress, hosts.Keys.Single());
        Assert.Contains(statistics, one => one.GrainType.Contains(nameof(SleeperGrain), StringComparison.Ordinal) && one.ActivationCount > 0);
    }

    // A restart may meet a call that is under way: then its caller, who knows the call is harmless, makes it again.
    private static async Task<int> RetryAsync(Func<Task<int>> call)
    {
        var answer = 0;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    answer = await call();
                    return true;
                }
                catch (Exception exception) when (exception is OrleansException or TimeoutException)
                {
                    return false;
                }
            },
            "the silo answers");
        return answer;
    }

    private static ISleeper Sleeper(IGrainFactory grains, out string key) => grains.GetGrain<ISleeper>(key = $"sleeper/{Guid.NewGuid():N}");

    private sealed class BriefLives : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.UseInMemoryReminderService().Configure<GrainCollectionOptions>(options =>
            (options.CollectionAge, options.CollectionQuantum) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
    }

    private sealed class WithStartupTask : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddStartupTask(async (services, _) =>
        {
            var worker = services.GetRequiredService<IGrainFactory>().GetGrain<IWorker>("startup");
            await worker.Tell("heard");
            await worker.Echo("and answered");
        });
    }
}
