using MetaGrains.Core.Entities;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Entities;
using MetaGrains.Core.Tests.Machine;
using MetaGrains.Core.Tests.Support;
using MetaGrains.Testing;

namespace MetaGrains.Core.Tests;

public sealed class EntityPullTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedEntities _meta = new();
    private readonly KeptEntities _store = new();

    public EntityPullTests()
    {
        foreach (var kind in EntityKinds.All)
            _meta.Alive[kind].AddRange(["1", "2", "3"]);
        _meta.Archived[EntityKind.Ad].Add("4");
        _meta.Alive[EntityKind.Creative].Clear();
        _meta.Alive[EntityKind.Creative].AddRange(["91", "92", "93", "94"]);
    }

    [Fact]
    public async Task The_first_reading_is_whole_later_ones_are_changes_and_once_a_day_it_is_whole_again()
    {
        var first = await RunAsync();
        Assert.Equal(
            ["Campaign", "Campaign ARCHIVED", "AdSet", "AdSet ARCHIVED", "Ad", "Ad ARCHIVED", "Creative"], Take());
        Assert.Equal("ads=4 adsets=3 campaigns=3 creatives=4", string.Join(' ', first.Entities.Select(kind => $"{kind.Key}={kind.Value}")));
        Assert.Equal((RunOutcome.Succeeded, 14L, 14L, 14L), (first.Outcome, first.Rows.Read, first.Rows.Changed, first.Pages));

        _time.Advance(TimeSpan.FromHours(4));
        var second = await RunAsync();
        Assert.Equal(["Campaign ACTIVE+PAUSED since", "AdSet ACTIVE+PAUSED since", "Ad ACTIVE+PAUSED since"], Take());
        Assert.Equal(0, second.Rows.Changed);

        _time.Advance(TimeSpan.FromHours(19));
        await RunAsync();
        Assert.Equal(
            ["Campaign", "Campaign ARCHIVED since", "ids of Campaign ARCHIVED", "AdSet", "AdSet ARCHIVED since", "ids of AdSet ARCHIVED",
                "Ad", "Ad ARCHIVED since", "ids of Ad ARCHIVED", "Creative"], Take());
    }

    [Fact]
    public async Task What_a_whole_list_does_not_name_is_buried_and_what_is_archived_is_not()
    {
        await RunAsync();
        _meta.Alive[EntityKind.Campaign].Remove("2");
        _meta.Alive[EntityKind.AdSet].Remove("3");
        _meta.Archived[EntityKind.AdSet].Add("3");
        _time.Advance(TimeSpan.FromHours(4));

        Assert.Equal(0, (await RunAsync()).Rows.Vanished);
        _time.Advance(TimeSpan.FromHours(20));

        Assert.Equal(1, (await RunAsync()).Rows.Vanished);
        Assert.Equal(["2"], _store.Buried);
    }

    [Fact]
    public async Task A_list_that_lost_half_of_what_is_held_is_looked_at_twice()
    {
        await RunAsync();
        var kept = _meta.Alive[EntityKind.Campaign].ToArray();
        _meta.Alive[EntityKind.Campaign].RemoveRange(0, 2);
        _time.Advance(TimeSpan.FromHours(24));
        var source = new SecondLook(_meta, () => _meta.Alive[EntityKind.Campaign] = [.. kept]);

        await RunAsync(source);

        Assert.Empty(_store.Buried);
    }

    [Fact]
    public async Task A_reading_that_broke_off_buries_nothing_and_is_begun_again_up_to_three_times()
    {
        await RunAsync();
        Take();
        var left = 2;
        _meta.Breaks = question => question.Kind == EntityKind.Campaign && left-- > 0 ? new Refusal(worthRereading: true) : null;
        _time.Advance(TimeSpan.FromHours(4));

        Assert.Equal(RunOutcome.Succeeded, (await RunAsync()).Outcome);
        Assert.Equal(3, Take().Count(asked => asked.StartsWith("Campaign", StringComparison.Ordinal)));
        left = 100;
        _meta.Alive[EntityKind.Campaign].Remove("1");
        _time.Advance(TimeSpan.FromHours(24));
        await RunAsync();

        Assert.Empty(_store.Buried);
    }

    [Fact]
    public async Task A_kind_that_cannot_be_read_costs_the_others_nothing_and_is_named()
    {
        _meta.Breaks = question => question.Kind == EntityKind.Creative ? new Refusal(worthRereading: false) : null;

        var report = await RunAsync();

        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal(("creatives: Meta said no.", 613), (report.ErrorMessage, report.ErrorCode));
        Assert.Equal(["ads", "adsets", "campaigns"], report.Entities.Keys);
        Assert.False(_store.Marks.ContainsKey(EntityKind.Creative));
    }

    [Fact]
    public async Task A_limit_ends_the_run_with_the_first_refusal_and_keeps_what_was_read()
    {
        _meta.Breaks = question => question.Kind == EntityKind.AdSet ? new Refusal(worthRereading: false, rateLimited: true) : null;

        var report = await RunAsync();

        Assert.Equal((RunOutcome.Failed, true), (report.Outcome, report.RateLimited));
        Assert.NotNull(report.Refusal);
        Assert.DoesNotContain(Take(), asked => asked.StartsWith("Ad ", StringComparison.Ordinal) || asked == "Ad");
        Assert.Equal(3, _store.Held[EntityKind.Campaign].Count);
        Assert.Equal([EntityKind.Campaign], _store.Marks.Keys);
    }

    [Fact]
    public async Task An_object_that_is_no_such_object_is_skipped_named_and_not_taken_for_deleted()
    {
        await RunAsync();
        _meta.Unreadable.Add("2");
        _time.Advance(TimeSpan.FromHours(24));
        var skipped = new List<UnreadableEntity>();

        var report = await RunAsync(skipped: skipped.Add);

        Assert.Equal(["Campaign 2", "AdSet 2", "Ad 2"], skipped.Select(one => $"{one.Kind} {one.Id}"));
        Assert.Equal(RunOutcome.Succeeded, report.Outcome);
        Assert.Equal("3 objects could not be read and were skipped, such as campaign 2: name is a JSON Object, not a text.", report.ErrorMessage);
        Assert.Empty(_store.Buried);
    }

    [Fact]
    public async Task Creatives_of_new_ads_are_read_one_by_one_when_that_costs_fewer_calls()
    {
        await RunAsync();
        Take();
        _meta.Alive[EntityKind.Ad].Add("5");
        _meta.Alive[EntityKind.Creative].Add("95");
        _time.Advance(TimeSpan.FromHours(4));

        await RunAsync();

        Assert.Equal("Creative by id", Take()[^1]);
        Assert.Contains("95", _store.Held[EntityKind.Creative]);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 50, false)]
    [InlineData(3, 1000, true)]
    [InlineData(30, 1000, false)]
    public void Few_of_many_are_asked_for_by_id(int wanted, long held, bool oneByOne) => Assert.Equal(oneByOne, EntityReadPlan.OneByOne(wanted, held));

    [Fact]
    public async Task A_run_that_was_overtaken_or_broke_closes_its_row_and_says_so()
    {
        _store.Fails = new StaleRunException("Overtaken.");
        Assert.Equal(RunOutcome.Superseded, (await RunAsync()).Outcome);
        _store.Fails = new IOException("disk");
        await Assert.ThrowsAsync<IOException>(() => RunAsync());

        Assert.Equal([RunOutcome.Superseded, RunOutcome.Failed], _store.Ended.Select(report => report.Outcome));
        Assert.Equal("The run broke off: IOException.", _store.Ended[^1].ErrorMessage);
    }

    [Fact]
    public async Task A_cancelled_run_is_closed_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new EntityPull(_meta, _store, _time).RunAsync(new EntityPullRequest(AccountModel.Key, "test"), new AccessToken("t"), stop.Token));

        Assert.Equal(RunOutcome.Cancelled, Assert.Single(_store.Ended).Outcome);
    }

    private Task<RunReport> RunAsync(IEntitySource? source = null, Action<UnreadableEntity>? skipped = null) =>
        new EntityPull(source ?? _meta, _store, _time).RunAsync(new EntityPullRequest(AccountModel.Key, "test") { Skipped = skipped }, new AccessToken("t"), default);

    private List<string> Take()
    {
        List<string> asked = [.. _meta.Asked];
        _meta.Asked.Clear();
        return asked;
    }

    /// <summary>Something happens between a list of objects and the list of ids that follows it.</summary>
    private sealed class SecondLook(ScriptedEntities inner, Action before) : IEntitySource
    {
        public IAsyncEnumerable<EntityBatch> ReadAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken) =>
            inner.ReadAsync(question, token, cancellationToken);

        public IAsyncEnumerable<EntityIdBatch> ReadIdsAsync(EntityQuestion question, AccessToken token, CancellationToken cancellationToken)
        {
            if (question is { Kind: EntityKind.Campaign, Statuses.IsEmpty: true })
                before();
            return inner.ReadIdsAsync(question, token, cancellationToken);
        }
    }
}
