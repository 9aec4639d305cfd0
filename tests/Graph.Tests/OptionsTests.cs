using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Accounts;
using MetaGrains.Graph.Entities;
using MetaGrains.Graph.Tokens;
using MetaGrains.Graph.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MetaGrains.Graph.Tests;

public sealed class OptionsTests
{
    public static TheoryData<string, Action<GraphOptions>> Mistakes { get; } = new()
    {
        { "BaseAddress", options => options.BaseAddress = null! },
        { "BaseAddress", options => options.BaseAddress = new Uri("/relative", UriKind.Relative) },
        { "BaseAddress", options => options.BaseAddress = new Uri("ftp://x/") },
        { "BaseAddress", options => options.BaseAddress = new Uri("http://graph.facebook.com/") },
        { "BaseAddress", options => options.BaseAddress = new Uri("https://x/?a=b") },
        { "ApiVersion", options => options.ApiVersion = "25" },
        { "ApiVersion", options => options.ApiVersion = "v25.0/../x" },
        { "ApiVersion", options => options.ApiVersion = null! },
        { "PageLimit", options => options.PageLimit = 0 },
        { "AccountsPageLimit", options => options.AccountsPageLimit = 0 },
        { "MaxRetries", options => options.MaxRetries = -1 },
        { "RetryBaseDelay", options => options.RetryBaseDelay = TimeSpan.Zero },
        { "AttemptTimeout", options => options.AttemptTimeout = TimeSpan.Zero },
        { "MaxResponseBytes", options => options.MaxResponseBytes = 1 },
        { "MaxPages", options => options.MaxPages = 0 },
        { "DialogAddress", options => options.DialogAddress = new Uri("http://www.facebook.com/") },
        { "EntitiesPageLimit", options => options.EntitiesPageLimit = 0 },
        { "TotalTimeout", options => options.TotalTimeout = TimeSpan.FromSeconds(10) },
        { "BreakerMinimumCalls", options => options.BreakerMinimumCalls = 1 },
        { "BreakDuration", options => options.BreakDuration = TimeSpan.Zero },
        { "AppId", options => options.AppId = "4711|x" },
        { "AppSecret", options => options.AppSecret = " " },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_bad_option_is_named_with_its_rule(string key, Action<GraphOptions> mistake)
    {
        using var services = new ServiceCollection().AddMetaGraph(mistake).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<GraphOptions>>().Value);

        Assert.StartsWith($"MetaGrains:Graph:{key} must ", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_valid() =>
        Assert.True(new GraphOptionsValidator().Validate(null, new GraphOptions()).Succeeded);

    [Fact]
    public void Everything_resolves_without_logging_and_with_what_the_host_brings()
    {
        var mine = new MyObserver();
        using var services = new ServiceCollection().AddSingleton<IUsageObserver>(mine).AddMetaGraph(_ => { }).AddMetaGraph(_ => { })
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.NotNull(services.GetRequiredService<IInsightsSource>());
        Assert.NotNull(services.GetRequiredService<IGraphAdAccounts>());
        Assert.NotNull(services.GetRequiredService<IReportSource>());
        Assert.NotNull(services.GetRequiredService<IGraphEntities>());
        Assert.NotNull(services.GetRequiredService<IGraphTokens>());
        Assert.Same(mine, Assert.Single(services.GetServices<IUsageObserver>()));
    }

    private sealed class MyObserver : IUsageObserver
    {
        public void Observe(GraphCall call, UsageObservation usage)
        {
        }
    }
}
