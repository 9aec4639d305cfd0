using MetaGrains.Core.Accounts;
using MetaGrains.Core.Keys;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Tests.Throttling;

public sealed class LimitScopeTests
{
    private static readonly AdAccountId Account = AdAccountId.Parse("act_20235");

    public static TheoryData<LimitScope, string> Scopes => new()
    {
        { LimitScope.User(new ConnectionKey(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"))), "user/0f8fad5b-d9cb-469f-a165-70867728950e" },
        { LimitScope.App(new AppKey(7)), "app/7" },
        { LimitScope.Insights(new AppKey(7)), "insights/7" },
        { LimitScope.Score(Account), "score/act_20235" },
        { LimitScope.UseCaseOf(Account, LimitScope.AdsInsights), "buc/act_20235/ads_insights" },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_scope_is_read_back_from_its_text(LimitScope scope, string text)
    {
        Assert.Equal(text, scope.ToString());
        Assert.True(LimitScope.TryParse(text, out var read));
        Assert.Equal(scope, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("user")]
    [InlineData("user/")]
    [InlineData("buc/act_1")]
    [InlineData("app/1/2")]
    [InlineData("tenant/1")]
    public void Junk_is_no_scope(string? text) => Assert.False(LimitScope.TryParse(text, out _));

    [Fact]
    public void An_insights_limit_leaves_entities_alone_and_the_other_way_round()
    {
        var insights = LimitScope.UseCaseOf(Account, LimitScope.AdsInsights);
        var management = LimitScope.UseCaseOf(Account, LimitScope.AdsManagement);

        Assert.Equal((true, false), (insights.Concerns(SyncJob.Tier), insights.Concerns(SyncJob.Entities)));
        Assert.Equal((false, true), (management.Concerns(SyncJob.Tier), management.Concerns(SyncJob.Entities)));
        Assert.False(LimitScope.Insights(new AppKey(7)).Concerns(SyncJob.Entities));
        Assert.All(SyncJobs.All, job => Assert.True(LimitScope.Score(Account).Concerns(job)));
    }
}
