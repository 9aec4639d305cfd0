using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using MetaGrains.Testing;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

/// <summary>What holds for several silos, whatever they meet in.</summary>
public abstract class ClusterTests : IAsyncLifetime
{
    private const int Many = 200;

    private readonly string _run = Guid.NewGuid().ToString("N");

    protected TestCluster Cluster { get; set; } = null!;

    private IRoamer[] Roamers => [.. Enumerable.Range(0, Many).Select(Roamer)];

    public virtual Task InitializeAsync() => Cluster.DeployAsync();

    public virtual async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Grains_are_spread_over_the_silos_and_each_lives_once()
    {
        await Cluster.WaitForLivenessToStabilizeAsync();

        var first = await Task.WhenAll(Roamers.Select(roamer => roamer.Where()));
        var again = await Task.WhenAll(Roamers.Select(roamer => roamer.Where()));

        Assert.Equal(Cluster.Silos.Select(silo => silo.SiloAddress).Order(), first.Select(where => where.Silo).Distinct().Order());
        Assert.Equal(first.Select(where => (where.Silo, where.Life)), again.Select(where => (where.Silo, where.Life)));
        Assert.All(again, where => Assert.Equal(2, where.Calls));
    }

    [Fact]
    public async Task A_grain_reaches_grains_of_other_silos_with_context_errors_and_cancellation()
    {
        var (here, there) = await ApartAsync();

        RequestContext.Set("who", "me");
        var where = await here.WhereIs(there);
        RequestContext.Clear();
        var failure = await Assert.ThrowsAsync<WorkerFailedException>(() => here.FailThrough(there, "over there"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => here.CancelAtGate(there, $"{_run}/cancel"));
        await here.TellOther(there, "heard");

        Assert.NotEqual((await here.Where()).Silo, where.Silo);
        Assert.Equal("me", where.Context);
        Assert.Equal("over there", failure.Message);
        await Journal.UntilAsync(there.GetPrimaryKeyString(), "cancelled");
        await Journal.UntilAsync(there.GetPrimaryKeyString(), "heard");
    }

    [Fact]
    public async Task A_filter_knows_the_caller_in_another_silo()
    {
        var (here, there) = await ApartAsync();

        await here.WhereIs(there);

        Assert.Contains($"out: Where from {here.GetGrainId()}", Journal.Of(there.GetPrimaryKeyString()));
        Assert.Contains($"in: Where from {here.GetGrainId()}", Journal.Of(there.GetPrimaryKeyString()));
    }

    [Fact]
    public async Task A_silo_that_joins_gets_its_share_and_no_call_fails_meanwhile()
    {
        await using var calls = new CallsAllTheTime(Roamers);

        var joined = await Cluster.StartAdditionalSiloAsync();
        await Cluster.WaitForLivenessToStabilizeAsync();

        await calls.StopAsync();
        var next = 0;
        await Wait.UntilAsync(
            async () =>
            {
                next += Many;
                var some = Promises.GrainsMoveToNewSilos ? Roamers : [.. Enumerable.Range(next, Many).Select(Roamer)];
                return (await Task.WhenAll(some.Select(roamer => roamer.Where()))).Any(where => where.Silo.Equals(joined.SiloAddress));
            },
            "grains are in the silo that joined");
    }

    [Fact]
    public async Task No_call_fails_while_all_silos_are_replaced_one_after_the_other()
    {
        await Cluster.WaitForLivenessToStabilizeAsync();
        await using var calls = new CallsAllTheTime(Roamers);

        foreach (var silo in Cluster.Silos.ToArray())
        {
            await Cluster.StartAdditionalSiloAsync();
            await Cluster.StopSiloAsync(silo);
        }

        await Cluster.WaitForLivenessToStabilizeAsync();
        await calls.StopAsync();
    }

    [Fact]
    public async Task A_silo_that_leaves_ends_its_grains_after_the_calls_that_they_have_begun()
    {
        var (here, _) = await ApartAsync();
        var silo = Cluster.GetSiloForAddress((await here.Where()).Silo)!;
        var call = here.WaitAtGate($"{_run}/leave");
        await Gate.Named($"{_run}/leave").Reached;

        var stopping = Cluster.StopSiloAsync(silo);
        var others = Roamers.Where(roamer => Partition(roamer) != Partition(here)).ToArray();
        Whereabouts?[] places = [];
        await Wait.UntilAsync(
            async () => (places = await Task.WhenAll(others.Select(roamer => Promises.TryAsync(roamer.Where)))).All(where => where is not null && !where.Silo.Equals(silo.SiloAddress)),
            () => $"all others have moved: {places.Count(where => where is null)} did not answer, {places.Count(where => silo.SiloAddress.Equals(where?.Silo))} are where they were");
        Assert.False(call.IsCompleted);
        Gate.Named($"{_run}/leave").Open();

        Assert.Equal("passed", await call);
        await stopping;
        Assert.Single(Journal.Of(here.GetPrimaryKeyString()), line => line.StartsWith("ended", StringComparison.Ordinal));
        Assert.NotEqual(silo.SiloAddress, (await here.Where()).Silo);
    }

    [Fact]
    public async Task Grains_of_a_killed_silo_answer_elsewhere_and_its_calls_may_have_run()
    {
        var (here, there) = await ApartAsync();
        var silo = Cluster.GetSiloForAddress((await here.Where()).Silo)!;
        var cutOff = here.WaitAtGate($"{_run}/kill");
        await Gate.Named($"{_run}/kill").Reached;

        await Cluster.KillSiloAsync(silo);

        Promises.AssertMayHaveRun(await Assert.ThrowsAnyAsync<Exception>(() => cutOff));
        await AssertAnswersElsewhereAsync(silo.SiloAddress, () => there.WhereIs(here));
        foreach (var roamer in Roamers)
            await AssertAnswersElsewhereAsync(silo.SiloAddress, roamer.Where);
    }

    [Fact]
    public async Task Reminders_go_on_in_other_silos_when_theirs_leaves_or_dies()
    {
        await Cluster.WaitForLivenessToStabilizeAsync();
        var sleepers = Enumerable.Range(0, 30).Select(i => $"{_run}/sleeper/{i}").ToArray();
        var often = TimeSpan.FromMilliseconds(200);
        foreach (var key in sleepers)
            await Cluster.GrainFactory.GetGrain<ISleeper>(key).Remind("wake", TimeSpan.Zero, often);

        await TickAsync(sleepers, often);
        await Cluster.StartAdditionalSiloAsync();
        await Cluster.StopSiloAsync(Cluster.Silos[0]);
        await TickAsync(sleepers, often);
        await Cluster.KillSiloAsync(Cluster.Silos[1]);
        await TickAsync(sleepers, often);
    }

    [Fact]
    public async Task The_management_grain_knows_all_silos_and_their_grains()
    {
        await Cluster.WaitForLivenessToStabilizeAsync();
        await Task.WhenAll(Roamers.Select(roamer => roamer.Where()));
        var management = Cluster.GrainFactory.GetGrain<IManagementGrain>(0);

        var hosts = await management.GetHosts(onlyActive: true);

        Assert.Equal(Cluster.Silos.Select(silo => silo.SiloAddress).Order(), hosts.Keys.Order());
        await Wait.UntilAsync(
            async () => (await management.GetSimpleGrainStatistics()).Where(one => one.GrainType.Split(',')[0] == typeof(RoamerGrain).FullName).Sum(one => one.ActivationCount) == Many, "all activations are counted");
    }

    /// <summary>Grains of a dead silo answer elsewhere: ours keeps the call until it knows where, Orleans may turn it away meanwhile.</summary>
    private static async Task AssertAnswersElsewhereAsync(SiloAddress dead, Func<Task<Whereabouts>> call)
    {
        Whereabouts? where = null;
        await Wait.UntilAsync(async () => (where = await Promises.TryAsync(call)) is not null, "the grain answers");
        Assert.NotEqual(dead, where!.Silo);
    }

    protected IRoamer Roamer(int number) => Cluster.GrainFactory.GetGrain<IRoamer>($"{_run}/{number}");

    private static uint Partition(IRoamer roamer) => roamer.GetGrainId().GetUniformHashCode() >> 24;

    /// <summary>Two grains that live in different silos.</summary>
    private async Task<(IRoamer Here, IRoamer There)> ApartAsync()
    {
        await Cluster.WaitForLivenessToStabilizeAsync();
        var here = Roamer(0);
        var silo = (await here.Where()).Silo;
        foreach (var other in Roamers)
        {
            if (!(await other.Where()).Silo.Equals(silo))
                return (here, other);
        }

        throw new InvalidOperationException("All grains live in one silo.");
    }

    private static async Task TickAsync(string[] sleepers, TimeSpan period)
    {
        var before = sleepers.ToDictionary(key => key, Ticks);
        await Wait.UntilAsync(() => sleepers.All(key => Ticks(key) >= before[key] + 2), "every sleeper ticked twice more");

        int Ticks(string key) => Journal.Of(key).Count(line => line == $"wake {period}");
    }
}

/// <summary>A configuration for silos that come and go.</summary>
internal sealed class LivelySilo : ISiloConfigurator
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    public void Configure(ISiloBuilder siloBuilder) => siloBuilder
        .Configure<ClusterMembershipOptions>(options =>
        {
            // Ours takes the first; Orleans finds its dead by probes and votes.
            options.IAmAliveTablePublishTimeout = Heartbeat;
            (options.ProbeTimeout, options.NumMissedProbesLimit, options.NumVotesForDeathDeclaration) = (Heartbeat, 2, 1);
            options.TableRefreshTimeout = TimeSpan.FromSeconds(1);
        })
        .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50))
        .AddOutgoingGrainCallFilter(context => Note("out", context, context.SourceId))
        .AddIncomingGrainCallFilter(context => Note("in", context, context.SourceId));

    private static Task Note(string way, IGrainCallContext context, GrainId? source)
    {
        if (context.MethodName == nameof(IRoamer.Where))
            Journal.Note(context.TargetId.Key.ToString()!, $"{way}: {context.MethodName} from {source}");
        return context.Invoke();
    }
}

public sealed class DatabaseClusterOfSilosTests : ClusterTests
{
    private TestDatabase _database = null!;

    public override async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateAsync();
        Cluster = DatabaseCluster.Builder(_database, 2).AddSiloBuilderConfigurator<LivelySilo>().Build();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }
}
