using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaGrains.GraphSimulator.World;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>Answers <c>/_sim/…</c>: what a test asks of the simulator that no caller of Meta could.</summary>
internal sealed class ControlEndpoint(IAdWorld world, TimeProvider clock, WorldCorrections corrections, SimulatorFaults faults, CallLog calls)
{
    public const string Prefix = "/_sim";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            var answer = await Answer(http.Request);
            http.Response.StatusCode = answer is null ? 404 : 200;
            await http.Response.WriteAsJsonAsync(answer ?? new Refusal("There is no such control."), Json, http.RequestAborted);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or JsonException or BadHttpRequestException)
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteAsJsonAsync(new Refusal(e.Message), Json, http.RequestAborted);
        }
    }

    private async Task<object?> Answer(HttpRequest request)
    {
        switch ($"{request.Method} {request.Path.Value?[Prefix.Length..]}")
        {
            case "GET /health":
                return new Health("ok", clock.GetUtcNow(), world.AccountCount);
            case "GET /accounts":
                return Accounts(Number(request, "offset", 0), Number(request, "limit", 100));
            case "GET /truth":
                return Truth(Text(request, "account"), Date(request, "since"), Date(request, "until"));
            case "GET /calls":
                return new Calls(calls.Count, calls.Last(Number(request, "limit", 100)));
            case "GET /faults":
                return new Pending(faults.Remaining);
            case "DELETE /faults":
                faults.Clear();
                return new Pending(0);
            case "POST /faults":
                faults.Add(await Read<InjectedFault>(request));
                return new Pending(faults.Remaining);
            case "POST /restate":
                var restate = await Read<RestateOrder>(request);
                corrections.Restate(restate.Account, restate.AdId, restate.Date, restate.SpendDelta, restate.ImpressionsDelta, restate.ClicksDelta);
                return Truth(restate.Account, restate.Date, restate.Date);
            case "POST /remove":
                var remove = await Read<RemoveOrder>(request);
                corrections.Remove(remove.Account, remove.AdId, remove.Date);
                return Truth(remove.Account, remove.Date, remove.Date);
            default:
                return null;
        }
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
        return new TruthAnswer(account.NodeId, since, until, truth.Rows, truth.Days, truth.Spend, truth.Impressions, truth.Clicks);
    }

    private static async Task<T> Read<T>(HttpRequest request) =>
        await JsonSerializer.DeserializeAsync<T>(request.Body, Json, request.HttpContext.RequestAborted)
            ?? throw new ArgumentException("The body must be a JSON object.");

    private static string Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var value) && value.Count == 1 && value[0] is { Length: > 0 } text
            ? text
            : throw new ArgumentException($"The parameter {name} is missing.");

    private static DateOnly Date(HttpRequest request, string name) =>
        DateOnly.TryParseExact(Text(request, name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new ArgumentException($"The parameter {name} must be YYYY-MM-DD.");

    private static int Number(HttpRequest request, string name, int otherwise)
    {
        if (!request.Query.ContainsKey(name))
            return otherwise;
        return int.TryParse(Text(request, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"The parameter {name} must be a number.");
    }

    private sealed record Refusal(string Error);

    private sealed record Health(string Status, DateTimeOffset Now, int Accounts);

    private sealed record AccountList(int Count, IReadOnlyList<AccountSummary> Accounts);

    private sealed record AccountSummary(string Id, string Name, string Currency, string TimezoneName, int Ads);

    private sealed record TruthAnswer(
        string Account, DateOnly Since, DateOnly Until, long Rows, int Days, decimal Spend, long Impressions, long Clicks);

    private sealed record Calls(long Count, [property: JsonPropertyName("calls")] IReadOnlyList<Call> Last);

    private sealed record Pending(int Remaining);

    private sealed record RestateOrder(
        string Account, string AdId, DateOnly Date, decimal SpendDelta = 0, long ImpressionsDelta = 0, long ClicksDelta = 0);

    private sealed record RemoveOrder(string Account, string AdId, DateOnly Date);
}
