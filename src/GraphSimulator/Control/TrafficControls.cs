using System.Text.Json.Serialization;
using MetaGrains.GraphSimulator.Limits;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>Controls of the calls themselves: their log, the faults to come, the limits.</summary>
internal sealed class TrafficControls(IAdWorld world, SimulatorClock clock, SimulatorFaults faults, CallLog calls, LimitLayers limits) : IControls
{
    public async Task<object?> AnswerAsync(ControlRequest request)
    {
        switch (request.Route)
        {
            case "GET /calls":
                var account = request.Find("account");
                var kept = calls.Read(request.NumberOrNull("since"), account is null ? null : $"act_{AccountIdText.Bare(account)}", request.Number("limit", 100));
                return new Calls(calls.Count, kept);
            case "GET /faults":
                return new Pending(faults.Remaining);
            case "DELETE /faults":
                faults.Clear();
                return new Pending(0);
            case "POST /faults":
                faults.Add(await request.ReadAsync<InjectedFault>());
                return new Pending(faults.Remaining);
            case "GET /limits":
                return Limits(request.Find("account"));
            case "POST /limits":
                limits.Change(await request.ReadAsync<SimulatedLimits>());
                return Limits(null);
            case "DELETE /limits":
                limits.Reset();
                return Limits(null);
            default:
                return null;
        }
    }

    private LimitsState Limits(string? accountId)
    {
        var now = clock.GetUtcNow();
        if (accountId is null)
            return new LimitsState(limits.Limits, limits.AppState(now), null);
        if (!world.TryFindAccount(AccountIdText.Number(accountId), now, out var account))
            throw new ArgumentException($"There is no account {accountId}.");
        var active = account.Ads.Count(ad => ad.EffectiveStatus == "ACTIVE");
        return new LimitsState(limits.Limits, limits.AppState(now), limits.State(account.Number, active, now));
    }

    private sealed record Calls(long Count, [property: JsonPropertyName("calls")] IReadOnlyList<Call> Last);

    private sealed record Pending(int Remaining);

    private sealed record LimitsState(SimulatedLimits Limits, object App, object? Account);
}
