using System.Collections.Immutable;
using FsCheck.Fluent;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Tests.Support;

namespace MetaGrains.Core.Tests.Incidents;

public sealed class IncidentDetectorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ErrorSignature Two = new(FailureKind.Transient, 2, null);
    private static readonly ErrorSignature One = new(FailureKind.Transient, 1, 99);

    private IncidentWatch _watch = IncidentWatch.Empty;

    [Fact]
    public void The_same_error_on_five_accounts_within_five_minutes_is_one_incident_told_once()
    {
        Assert.Empty(Take(0, Failed(Two, 1, 2, 3, 4)));
        Assert.Empty(Take(60, Failed(One, 5), Failed(Two, 1, 1, 2)));

        var found = Assert.Single(Take(120, Failed(Two, 6)));

        Assert.Equal(new FoundIncident(Two, "Meta said no to 6.", 5), found);
        Assert.Empty(Take(121));
        Assert.Empty(Take(122, open: [Two], failed: Failed(Two, 1, 2, 3, 4, 5, 6, 7, 8)));
    }

    [Fact]
    public void Failures_further_apart_than_the_window_are_no_incident()
    {
        for (var account = 0; account < 50; account++)
            Assert.Empty(Take(account * 76, Failed(Two, account)));
    }

    [Fact]
    public void Five_of_many_active_accounts_are_no_incident_and_a_fifth_of_them_is()
    {
        Assert.Empty(Take(0, succeeded: 91, failed: Failed(Two, 1, 2, 3, 4, 5, 6, 7, 8, 9)));

        Assert.Empty(Take(10, Failed(Two, [.. Enumerable.Range(10, 13)])));
        Assert.Equal(23, Assert.Single(Take(20, Failed(Two, 30))).Accounts);
    }

    [Fact]
    public void An_error_that_is_always_there_is_ordinary_until_it_is_thrice_as_frequent()
    {
        // Six accounts in every window, for hours: recognised in the first hour, and ordinary by then.
        var found = new List<int>();
        for (var second = 0; second < 6 * 3600; second += 50)
            found.AddRange(Take(second, Failed(Two, second / 50)).Select(_ => second));
        Assert.InRange(found.Count, 1, 10);
        Assert.All(found, second => Assert.InRange(second, 0, 3600));

        Assert.Empty(Take((6 * 3600) + 1, Failed(Two, [.. Enumerable.Range(10_000, 8)])));
        Assert.Single(Take((6 * 3600) + 2, Failed(Two, [.. Enumerable.Range(20_000, 15)])));
    }

    [Fact]
    public void Fewer_than_five_accounts_are_never_an_incident_however_they_fail() =>
        Properties.Holds(
            Properties.Lists(from second in Gen.Choose(0, 900) from account in Gen.Choose(1, 4) from code in Gen.Choose(1, 2) select (second, account, code), 0, 200),
            failures =>
            {
                var watch = IncidentWatch.Empty;
                foreach (var (second, account, code) in failures.OrderBy(failure => failure.second))
                {
                    var now = Noon.AddSeconds(second);
                    var failed = new FailedAccount($"acct/{account}", Two with { Code = code }, "No.", now);
                    (watch, var found) = IncidentDetector.Take(watch, new IncidentThreshold(), [failed], 0, ImmutableHashSet<ErrorSignature>.Empty, now);
                    Assert.Empty(found);
                }
            });

    [Fact]
    public void What_is_remembered_is_bounded_and_goes_with_time()
    {
        Take(0, succeeded: 1_000_000, failed: Failed(Two, [.. Enumerable.Range(1, IncidentDetector.MaxAccounts + 50)]));
        Assert.Equal(IncidentDetector.MaxAccounts, _watch.Errors[Two].Recent.Count);

        Take(3600);
        Assert.Empty(_watch.Errors[Two].Recent);
        Take(3600 * 48);
        Assert.Empty(_watch.Errors);
        Assert.Empty(_watch.Succeeded);
    }

    private static FailedAccount[] Failed(ErrorSignature signature, params int[] accounts) =>
        [.. accounts.Select(account => new FailedAccount($"acct/{account}", signature, $"Meta said no to {account}.", DateTimeOffset.MinValue))];

    private ImmutableArray<FoundIncident> Take(int second, FailedAccount[]? failed = null, FailedAccount[]? more = null, int succeeded = 0, ErrorSignature[]? open = null)
    {
        var now = Noon.AddSeconds(second);
        FailedAccount[] all = [.. (failed ?? []).Concat(more ?? []).Select(failure => failure with { At = now })];
        (_watch, var found) = IncidentDetector.Take(_watch, new IncidentThreshold(), all, succeeded, (open ?? []).ToHashSet(), now);
        return found;
    }
}
