using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>Controls of the world and its clock: accounts, truth, corrections, changed objects.</summary>
internal sealed class WorldControls(IAdWorld world, SimulatorClock clock, WorldCorrections corrections) : IControls
{
    public async Task<object?> AnswerAsync(ControlRequest request)
    {
        switch (request.Route)
        {
            case "GET /health":
                return new Health("ok", clock.GetUtcNow(), world.AccountCount);
            case "GET /clock":
                return new Time(clock.GetUtcNow());
            case "POST /clock":
                return Advance(await request.ReadAsync<ClockOrder>());
            case "GET /accounts":
                return Accounts(request.Number("offset", 0), request.Number("limit", 100));
            case "POST /accounts":
                var standing = await request.ReadAsync<AccountOrder>();
                corrections.ChangeAccount(standing.Account, standing.AccountStatus, standing.DisableReason);
                return standing;
            case "POST /entities":
                return Change(await request.ReadAsync<EntityOrder>());
            case "GET /truth":
                return Truth(request.Text("account"), request.Date("since"), request.Date("until"));
            case "POST /restate":
                var restate = await request.ReadAsync<RestateOrder>();
                corrections.Restate(restate.Account, restate.AdId, restate.Date, restate.SpendDelta, restate.ImpressionsDelta, restate.ClicksDelta);
                return Truth(restate.Account, restate.Date, restate.Date);
            case "POST /remove":
                var remove = await request.ReadAsync<RemoveOrder>();
                corrections.Remove(remove.Account, remove.AdId, remove.Date);
                return Truth(remove.Account, remove.Date, remove.Date);
            default:
                return null;
        }
    }

    private Time Advance(ClockOrder order)
    {
        clock.Advance(order.Now is { } now ? now - clock.GetUtcNow() : TimeSpan.FromSeconds(order.Seconds));
        return new Time(clock.GetUtcNow());
    }

    private EntityOrder Change(EntityOrder order)
    {
        var issue = order.IssueCode is { } code ? new EntityIssue(code, order.IssueSummary ?? "An issue", order.IssueMessage ?? "An injected issue.") : null;
        corrections.Change(order.Account, order.Id, new EntityChange(clock.GetUtcNow())
        {
            Status = order.Status,
            EffectiveStatus = order.EffectiveStatus ?? (issue is null ? null : "WITH_ISSUES"),
            Name = order.Name,
            Issue = issue,
        });
        return order;
    }

    private AccountList Accounts(int offset, int limit)
    {
        var first = Math.Min(offset, world.AccountCount);
        var count = Math.Min(limit, world.AccountCount - first);
        return new AccountList(world.AccountCount, [.. Enumerable.Range(first, count).Select(Summary)]);
    }

    private AccountSummary Summary(int index)
    {
        world.TryFindAccount(world.AccountNumber(index), clock.GetUtcNow(), out var account);
        return new AccountSummary(account!.NodeId, account.Name, account.Currency.Code, account.Zone.Id, account.Ads.Count);
    }

    private TruthAnswer Truth(string accountId, DateOnly since, DateOnly until)
    {
        if (!world.TryFindAccount(AccountIdText.Number(accountId), clock.GetUtcNow(), out var account))
            throw new ArgumentException($"There is no account {accountId}.");
        if (until < since)
            throw new ArgumentException("The parameter until is before since.");
        var truth = AccountSums.Truth(account, since, until);
        return new TruthAnswer(account.NodeId, since, until, truth.Rows, truth.Days, truth.Spend, truth.Impressions, truth.Clicks)
        {
            Actions = AccountSums.Actions(account, since, until).ToDictionary(
                one => one.Key, one => new ActionTruth(one.Value.Count, one.Value.Value), StringComparer.Ordinal),
        };
    }

    private sealed record Health(string Status, DateTimeOffset Now, int Accounts);

    private sealed record Time(DateTimeOffset Now);

    private sealed record ClockOrder(double Seconds = 0, DateTimeOffset? Now = null);

    private sealed record AccountList(int Count, IReadOnlyList<AccountSummary> Accounts);

    private sealed record AccountSummary(string Id, string Name, string Currency, string TimezoneName, int Ads);

    private sealed record AccountOrder(string Account, int AccountStatus = 1, int DisableReason = 0);

    private sealed record EntityOrder(
        string Account, string Id, string? Status = null, string? EffectiveStatus = null, string? Name = null,
        int? IssueCode = null, string? IssueSummary = null, string? IssueMessage = null);

    private sealed record TruthAnswer(
        string Account, DateOnly Since, DateOnly Until, long Rows, int Days, decimal Spend, long Impressions, long Clicks)
    {
        public required IReadOnlyDictionary<string, ActionTruth> Actions { get; init; }
    }

    private sealed record ActionTruth(long Count, decimal? Value);

    private sealed record RestateOrder(
        string Account, string AdId, DateOnly Date, decimal SpendDelta = 0, long ImpressionsDelta = 0, long ClicksDelta = 0);

    private sealed record RemoveOrder(string Account, string AdId, DateOnly Date);
}
