using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;

namespace MetaGrains.Engine.Tests;

[Collection(MemoryCluster.Name)]
public sealed class CallTests(MemoryCluster cluster)
{
    [Fact]
    public async Task A_call_returns_its_result_whatever_shape_the_method_has()
    {
        var worker = Worker(out _);

        Assert.EndsWith(": hello", await worker.Echo("hello"));
        Assert.Equal(42, await worker.Twice(21));
        await worker.Quietly();
    }

    [Fact]
    public async Task References_to_one_grain_are_equal_and_know_its_key()
    {
        var (one, same, other) = (cluster.Grains.GetGrain<IWorker>("equal/1"), cluster.Grains.GetGrain<IWorker>("equal/1"), cluster.Grains.GetGrain<IWorker>("equal/2"));

        await one.Quietly();

        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, other);
        Assert.Equal("equal/1", one.GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("test.worker", "equal/1"), one.GetGrainId());
    }

    [Fact]
    public async Task A_reference_travels_as_an_argument() =>
        Assert.Equal("other/1: called back", await Worker(out _).CallBack(cluster.Grains.GetGrain<IWorker>("other/1")));

    [Fact]
    public async Task An_exception_reaches_the_caller_with_type_and_message()
    {
        var exception = await Assert.ThrowsAsync<WorkerFailedException>(() => Worker(out _).Fail("out of paper"));

        Assert.Equal("out of paper", exception.Message);
        Assert.Contains(nameof(WorkerGrain), exception.StackTrace);
    }

    [Fact]
    public async Task A_method_that_ran_is_not_run_again_whatever_it_threw()
    {
        var worker = Worker(out var key);

        await Assert.ThrowsAsync<SiloUnavailableException>(worker.FailAsUnavailable);

        Assert.Equal(["ran"], Journal.Of(key));
    }

    [Fact]
    public async Task A_grain_that_failed_takes_the_next_call()
    {
        var worker = Worker(out _);

        await Assert.ThrowsAsync<WorkerFailedException>(() => worker.Fail("once"));

        Assert.EndsWith(": well", await worker.Echo("well"));
    }

    [Fact]
    public async Task A_one_way_call_arrives_and_its_failure_is_nobodys()
    {
        var worker = Worker(out var key);

        await worker.Tell("heard");

        await Journal.UntilAsync(key, "heard");
    }

    [Fact]
    public async Task A_late_answer_is_a_timeout_and_the_method_runs_on()
    {
        var worker = Worker(out var key);

        await Assert.ThrowsAsync<TimeoutException>(() => worker.PassGateInAHurry(key));
        Gate.Named(key).Open();

        await Journal.UntilAsync(key, $"passed {key}");
    }

    [Fact]
    public async Task A_token_crosses_the_call()
    {
        var worker = Worker(out var key);
        using var cancellation = new CancellationTokenSource();

        var call = worker.WaitForCancellation(key, cancellation.Token);
        await Gate.Named(key).Reached;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Journal.UntilAsync(key, "cancelled");
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_is_not_made()
    {
        var worker = Worker(out var key);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.WaitForCancellation(key, new CancellationToken(canceled: true)));

        Assert.False(Gate.Named(key).IsReached);
    }

    [Fact]
    public async Task The_request_context_goes_along_and_does_not_come_back()
    {
        var (first, second) = (Worker(out _), Worker(out _));
        RequestContext.Set("tenant", "acme");

        Assert.Equal("acme", await first.Context("tenant"));
        Assert.Equal("acme", await first.ContextThrough(second, "tenant"));
        Assert.Equal("of the callee", await first.ContextThrough(second, "own"));
        Assert.Null(RequestContext.Get("own"));
        Assert.True(RequestContext.Remove("tenant"));
        Assert.Null(await first.Context("tenant"));
    }

    [Fact]
    public void An_interface_without_a_grain_class_is_refused() =>
        Assert.Throws<ArgumentException>(() => cluster.Grains.GetGrain<INobody>("nobody/1"));

    private IWorker Worker(out string key) => cluster.Grains.GetGrain<IWorker>(key = $"worker/{Guid.NewGuid():N}");

    public interface INobody : IGrainWithStringKey;
}
