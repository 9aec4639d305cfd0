using System.Text.Json;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;
using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;
using MetaGrains.GraphSimulator;
using MetaGrains.Testing;

namespace MetaGrains.Graph.Tests;

/// <summary>Against the simulator, over a socket: what is read adds up to what the account delivered.</summary>
public sealed class SimulatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateRange Month = new(new DateOnly(2026, 10, 20), new DateOnly(2026, 11, 16));
    private static readonly AccessToken Token = new(SimulatorTokens.Valid);

    public static TheoryData<InsightsLevel, int> LevelsAndPages
    {
        get
        {
            var data = new TheoryData<InsightsLevel, int>();
            foreach (var level in InsightsLevels.All)
            {
                foreach (var size in new[] { 1, 7, 100, 5000 })
                    data.Add(level, size);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndPages))]
    public async Task Every_level_and_page_size_adds_up_to_the_truth(InsightsLevel level, int pageSize)
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator, options => options.PageLimit = pageSize);
        // A page of one row at ad level is a call for each of hundreds of rows: a week will do.
        var days = pageSize == 1 ? new DateRange(Month.Since, Month.Since.AddDays(2)) : Month;
        var account = simulator.AccountIds[0];
        var truth = simulator.Truth(account, days.Since, days.Until);

        var pages = await client.ReadAllAsync(Query(account, InsightsReport.Daily(level), days), token: Token);

        var rows = pages.SelectMany(page => page.Rows).ToList();
        Assert.True(truth.Rows > 0);
        Assert.Equal(
            (truth.Spend, truth.Impressions, truth.Clicks),
            (rows.Sum(row => row.Spend), rows.Sum(row => row.Impressions), rows.Sum(row => row.Clicks)));
        Assert.All(pages, page => Assert.InRange(page.Rows.Count, 0, pageSize));
        Assert.Equal(rows.Count, rows.DistinctBy(row => (row.Date, row.CampaignId, row.AdSetId, row.AdId)).Count());
        if (level == InsightsLevel.Ad)
            Assert.Equal(truth.Rows, rows.Count);
        if (level == InsightsLevel.Account)
            Assert.Equal(truth.Days, rows.Count);
    }

    [Theory]
    [InlineData("age", "gender")]
    [InlineData("country")]
    [InlineData("publisher_platform")]
    public async Task Breakdowns_add_up_and_name_each_row_once(params string[] breakdowns)
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator);
        var account = simulator.AccountIds[1];
        var report = InsightsReport.Daily(InsightsLevel.Campaign) with { Breakdowns = [.. breakdowns] };

        var rows = (await client.ReadAllAsync(Query(account, report, Month), token: Token)).SelectMany(page => page.Rows).ToList();

        Assert.Equal(simulator.Truth(account, Month.Since, Month.Until).Spend, rows.Sum(row => row.Spend));
        Assert.Equal(rows.Count, rows.DistinctBy(row => (row.Date, row.CampaignId, row.BreakdownKey)).Count());
        Assert.All(rows, row =>
        {
            using var json = JsonDocument.Parse(row.Breakdowns);
            Assert.Equal(breakdowns.Order(StringComparer.Ordinal), json.RootElement.EnumerateObject().Select(value => value.Name));
        });
    }

    [Fact]
    public async Task Conversions_follow_the_rows_own_actions()
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator);
        var rows = (await client.ReadAllAsync(Query(simulator.AccountIds[0], InsightsReport.Daily(InsightsLevel.Ad), Month), token: Token))
            .SelectMany(page => page.Rows).ToList();

        Assert.Contains(rows, row => row.Conversions.Purchases > 0);
        Assert.All(rows.Where(row => row.Conversions.Purchases > 0), row => Assert.Equal(Purchases(row.Raw), row.Conversions.Purchases));
    }

    [Theory]
    [InlineData(FaultKind.Http500, FaultKind.Truncated, FaultKind.Garbage)]
    [InlineData(FaultKind.Transient, FaultKind.Html, FaultKind.Reset)]
    [InlineData(FaultKind.Error200)]
    public async Task What_passes_is_retried_and_the_sums_stay_right(params FaultKind[] faults)
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator, options => options.PageLimit = 20);
        var account = simulator.AccountIds[0];
        foreach (var fault in faults)
            simulator.Faults.Add(new InjectedFault(fault));

        var pages = await client.ReadAllAsync(Query(account, InsightsReport.Daily(InsightsLevel.Ad), Month), token: Token);

        Assert.Equal(simulator.Truth(account, Month.Since, Month.Until).Spend, pages.Sum(page => page.Rows.Sum(row => row.Spend)));
        Assert.Equal(faults.Length, pages.Sum(page => page.Calls - 1));
        Assert.Equal(0, simulator.Faults.Remaining);
    }

    [Theory]
    [InlineData(FaultKind.ThrottleAccount, 17, ThrottleScope.AccountScore)]
    [InlineData(FaultKind.ThrottleInsights, 80000, ThrottleScope.BusinessUseCase)]
    public async Task A_throttle_comes_through_with_its_scope_and_wait(FaultKind kind, int code, ThrottleScope scope)
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator);
        simulator.Faults.Add(new InjectedFault(kind, Minutes: 7));

        var failure = await Assert.ThrowsAsync<GraphException>(
            () => client.ReadAllAsync(Query(simulator.AccountIds[0], InsightsReport.Daily(InsightsLevel.Account), Month), token: Token));

        Assert.Equal((code, scope, 1), (failure.Code, failure.Scope, failure.Calls));
        if (scope == ThrottleScope.BusinessUseCase)
            Assert.Equal(TimeSpan.FromMinutes(7), failure.RetryAfter);
    }

    [Theory]
    [InlineData(SimulatorTokens.Expired, 463)]
    [InlineData(SimulatorTokens.Revoked, 458)]
    [InlineData(SimulatorTokens.Checkpointed, 459)]
    public async Task A_dead_token_has_to_be_renewed(string token, int subcode)
    {
        await using var simulator = await StartAsync();
        await using var client = Client(simulator);

        var failure = await Assert.ThrowsAsync<GraphException>(
            () => client.ReadAllAsync(Query(simulator.AccountIds[0], InsightsReport.Daily(InsightsLevel.Account), Month), token: new AccessToken(token)));

        Assert.Equal((GraphErrorKind.Reauthorise, subcode), (failure.Kind, failure.Subcode));
        Assert.DoesNotContain(token, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_accounts_are_listed_page_by_page_and_found_one_by_one()
    {
        await using var simulator = await GraphSimulatorServer.StartAsync(new GraphSimulatorOptions { Accounts = 23, Now = Now });
        await using var client = Client(simulator, options => options.AccountsPageLimit = 5);

        var accounts = new List<Accounts.GraphAdAccount>();
        await foreach (var account in client.Accounts.ListAsync(Token, CancellationToken.None))
            accounts.Add(account);

        Assert.Equal(simulator.AccountIds, accounts.Select(account => account.Id.ToString()));
        Assert.All(accounts, account => Assert.True(AccountCalendar.TryCreate(account.TimezoneName, out _)));
        Assert.Equal(accounts[7], await client.Accounts.GetAsync(accounts[7].Id, Token, CancellationToken.None));
    }

    [RecordedDataFact]
    public async Task The_recorded_account_is_read_as_its_owner_published_it()
    {
        await using var simulator = await GraphSimulatorServer.StartAsync(new GraphSimulatorOptions { DataDirectory = RepositoryRoot.RecordedData });
        await using var client = Client(simulator, options => options.PageLimit = 100);
        var days = new DateRange(new DateOnly(2026, 2, 6), new DateOnly(2026, 3, 5));
        foreach (var (level, expected) in new[] { (InsightsLevel.Ad, 550), (InsightsLevel.AdSet, 222), (InsightsLevel.Campaign, 86), (InsightsLevel.Account, 28) })
        {
            var rows = (await client.ReadAllAsync(Query("act_361744628296290", InsightsReport.Daily(level), days), token: Token))
                .SelectMany(page => page.Rows).ToList();

            Assert.Equal(
                (expected, 2406.19m, 109330L, 1158L),
                (rows.Count, rows.Sum(row => row.Spend), rows.Sum(row => row.Impressions), rows.Sum(row => row.Clicks)));
        }
    }

    private static Task<GraphSimulatorServer> StartAsync() =>
        GraphSimulatorServer.StartAsync(new GraphSimulatorOptions { Seed = 7, Accounts = 3, Now = Now });

    private static GraphClient Client(GraphSimulatorServer simulator, Action<GraphOptions>? configure = null) =>
        new(simulator.BaseAddress, configure: configure);

    private static InsightsQuery Query(string account, InsightsReport report, DateRange days) =>
        new(AdAccountId.Parse(account), report, days);

    private static decimal Purchases(string raw)
    {
        using var row = JsonDocument.Parse(raw);
        return row.RootElement.GetProperty("actions").EnumerateArray()
            .Where(action => action.GetProperty("action_type").GetString() is "omni_purchase" or "purchase" or "offsite_conversion.fb_pixel_purchase")
            .OrderBy(action => Array.IndexOf(["omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase"], action.GetProperty("action_type").GetString()))
            .Select(action => decimal.Parse(action.GetProperty("value").GetString()!, System.Globalization.CultureInfo.InvariantCulture))
            .First();
    }
}
