using MetaGrains.Core.Budget;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Bench.Budget;

/// <summary>What one question costs the budget's grain, by how many others wait.</summary>
internal static class AskBench
{
    private const int Asks = 20_000;

    private static readonly int[] Sizes = [180, 1_000, 10_000];
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<(string Name, object? Value)> Run() => Sizes.Select(size => ($"ask_us_at_{size}_waiters", (object?)Math.Round(Measure(size), 2)));

    // Each asks, waits and asks again, as when all of them were told to come back.
    private static double Measure(int size)
    {
        var state = TenantBudget.Restore(new BudgetRules { Mode = BudgetMode.Fixed, MaxWaiters = size }, null, Begin);
        var now = Begin;
        long number = 0;
        for (var waiter = 0; waiter < size + 200; waiter++)
            state = TenantBudget.Ask(state, Request(waiter, ++number, now), now).State;
        Ask(Asks);
        var started = TimeProvider.System.GetTimestamp();
        Ask(Asks);
        return TimeProvider.System.GetElapsedTime(started).TotalMicroseconds / Asks;

        void Ask(int times)
        {
            for (var n = 0; n < times; n++)
            {
                now = now.AddMilliseconds(1);
                state = TenantBudget.Ask(state, Request(200 + (n % size), ++number, now), now).State;
            }
        }
    }

    private static BudgetRequest Request(int requester, long number, DateTimeOffset now) => new()
    {
        Requester = $"acct/0f8fad5b-d9cb-469f-a165-70867728950e/act_{requester}",
        RequestId = number,
        Priority = (Priority)(requester % 3),
        Wanted = 3,
        DueAt = now.AddMinutes(-requester % 50),
        Interval = TimeSpan.FromHours(4),
        Scopes =
        [
            new LimitScope(LimitKind.User, "11111111-2222-3333-4444-555555555555"),
            new LimitScope(LimitKind.App, "7"),
            new LimitScope(LimitKind.Insights, "7"),
            new LimitScope(LimitKind.BusinessUseCase, $"act_{requester}", LimitScope.AdsInsights),
            new LimitScope(LimitKind.AccountScore, $"act_{requester}"),
        ],
    };
}
