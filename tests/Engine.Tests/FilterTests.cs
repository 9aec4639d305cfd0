using MetaGrains.Engine.Tests.Grains;
using MetaGrains.Engine.Tests.Support;
using Orleans.TestingHost;

namespace MetaGrains.Engine.Tests;

public sealed class FilterTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new TestClusterBuilder(1).AddSiloBuilderConfigurator<Silo>().AddClientBuilderConfigurator<Client>().Build();

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Filters_see_a_call_in_the_order_of_their_registration()
    {
        var key = $"filtered/{Guid.NewGuid():N}";

        Assert.Equal(8, await _cluster.GrainFactory.GetGrain<IWorker>(key).Twice(4));

        Assert.Equal(["client: Twice", "first: Twice of WorkerGrain", "second: Twice", "second: 8", "first: 8", "client: 8"], Journal.Of(key));
    }

    [Fact]
    public async Task A_filter_may_answer_itself() =>
        Assert.Equal("from the filter", await _cluster.GrainFactory.GetGrain<IWorker>("answered/1").Echo("hello"));

    [Fact]
    public async Task A_filter_may_refuse()
    {
        var exception = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _cluster.GrainFactory.GetGrain<IWorker>("refused/1").Echo("hello"));

        Assert.Equal("not you", exception.Message);
    }

    [Fact]
    public async Task A_filter_sees_the_exception_of_the_method()
    {
        var key = $"filtered/{Guid.NewGuid():N}";

        await Assert.ThrowsAsync<WorkerFailedException>(() => _cluster.GrainFactory.GetGrain<IWorker>(key).Fail("seen"));

        Assert.Contains("second: WorkerFailedException", Journal.Of(key));
    }

    [Fact]
    public async Task An_outgoing_filter_of_the_silo_sees_calls_between_grains()
    {
        var key = $"filtered/{Guid.NewGuid():N}";

        await _cluster.GrainFactory.GetGrain<IWorker>($"caller/{Guid.NewGuid():N}").CallBack(_cluster.GrainFactory.GetGrain<IWorker>(key));

        Assert.Contains("silo: Echo from test.worker", Journal.Of(key));
    }

    private static async Task NoteAsync(string who, string what, IGrainCallContext context)
    {
        var key = context.TargetId.Key.ToString()!;
        Journal.Note(key, $"{who}: {what}");
        try
        {
            await context.Invoke();
        }
        catch (Exception exception)
        {
            Journal.Note(key, $"{who}: {exception.GetType().Name}");
            throw;
        }

        Journal.Note(key, $"{who}: {context.Result}");
    }

    private sealed class Second : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) => context.TargetId.Key.ToString() switch
        {
            "refused/1" => throw new UnauthorizedAccessException("not you"),
            "answered/1" => Task.FromResult(context.Result = "from the filter"),
            _ => NoteAsync("second", context.MethodName, context),
        };
    }

    private sealed class Silo : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder
            .AddIncomingGrainCallFilter(context => NoteAsync("first", $"{context.ImplementationMethod.Name} of {context.Grain.GetType().Name}", context))
            .AddIncomingGrainCallFilter<Second>()
            .AddOutgoingGrainCallFilter(context =>
            {
                Journal.Note(context.TargetId.Key.ToString()!, $"silo: {context.MethodName} from {context.SourceId?.Type}");
                return context.Invoke();
            });
    }

    private sealed class Client : IClientBuilderConfigurator
    {
        public void Configure(Microsoft.Extensions.Configuration.IConfiguration configuration, IClientBuilder clientBuilder) =>
            clientBuilder.AddOutgoingGrainCallFilter(context => NoteAsync("client", context.MethodName, context));
    }
}
