using MetaGrains.Core.Schedule;
using MetaGrains.Core.Throttling;

namespace MetaGrains.Core.Budget;

/// <summary>What each recurring work has had and needs: its share against others, and the demand of all.</summary>
internal sealed partial class BudgetTurn
{
    private BudgetFlow Flow(BudgetRequest request)
    {
        var hours = request.Interval?.TotalHours ?? 0;
        var known = _flows.GetValueOrDefault(new FlowKey(request.Requester, request.Interval));
        var perHour = request.PerHour is { } stated ? stated : hours <= 0 ? 0 : known is null ? request.Wanted / hours
            : known.DueAt != request.DueAt && known.Taken > 0 ? known.Taken / hours : known.PerHour;
        Demand(request.Scopes, perHour - (known?.PerHour ?? 0));
        var flow = known is null
            ? new BudgetFlow(request.DueAt, 0, perHour, null, 0, _now, request.Scopes)
            : known with
            {
                DueAt = request.DueAt,
                Taken = known.DueAt == request.DueAt ? known.Taken : 0,
                PerHour = perHour,
                AskedAt = _now,
                Scopes = request.Scopes,
            };
        _flows = _flows.SetItem(new FlowKey(request.Requester, request.Interval), flow);
        return flow;
    }

    // Of what many share only: what one account needs of its own limits nobody adds up.
    private void Demand(IEnumerable<LimitScope> scopes, double perHour)
    {
        if (perHour == 0)
            return;
        foreach (var scope in scopes)
        {
            if (scope.Kind is LimitKind.User or LimitKind.App or LimitKind.Insights or LimitKind.Share)
                Set(Ledger(scope) with { DemandPerHour = Math.Max(0, Ledger(scope).DemandPerHour + perHour) });
        }
    }

    private void Served(BudgetRequest request, Priority rank, double mark, int permits)
    {
        var key = new FlowKey(request.Requester, request.Interval);
        var flow = Flow(request);
        var own = rank == request.Priority;
        _served = own && mark > _served.Of(rank) ? _served.With(rank, mark) : _served;
        _flows = _flows.SetItem(key, flow with
        {
            Start = null,
            Taken = flow.Taken + permits,
            Finish = (own ? mark : flow.Finish) + (permits / request.Weight),
        });
    }
}
