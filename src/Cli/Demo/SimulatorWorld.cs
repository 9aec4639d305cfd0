using System.Net.Http.Json;
using System.Text.Json;
using MetaGrains.Core.Time;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Cli.Demo;

/// <summary>An ad account as the simulator knows it.</summary>
internal sealed record WorldAccount(string Id, string Name, string Currency, string TimezoneName);

/// <summary>What the simulator, another process, knows of its world and would tell no caller of Meta.</summary>
internal sealed class SimulatorWorld(HttpClient http)
{
    private const int PageSize = 1000;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>All accounts, in the order in which Meta lists them.</summary>
    public async Task<List<WorldAccount>> AccountsAsync(CancellationToken cancellationToken)
    {
        var all = new List<WorldAccount>();
        while (true)
        {
            var page = await ReadAsync<AccountPage>($"_sim/accounts?offset={all.Count}&limit={PageSize}", cancellationToken);
            all.AddRange(page.Accounts);
            if (page.Accounts.Count == 0 || all.Count >= page.Count)
                return all;
        }
    }

    /// <summary>Its time.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        (await ReadAsync<Clock>("_sim/health", cancellationToken)).Now;

    /// <summary>What an account really delivered.</summary>
    public async Task<AccountTruth> TruthAsync(string account, DateRange days, CancellationToken cancellationToken) =>
        await ReadAsync<AccountTruth>($"_sim/truth?account={account}&since={DateRange.Iso(days.Since)}&until={DateRange.Iso(days.Until)}", cancellationToken);

    private async Task<T> ReadAsync<T>(string path, CancellationToken cancellationToken) =>
        await http.GetFromJsonAsync<T>(new Uri(path, UriKind.Relative), Json, cancellationToken)
            ?? throw new InvalidOperationException($"The simulator answered null to {path}.");

    private sealed record AccountPage(int Count, IReadOnlyList<WorldAccount> Accounts);

    private sealed record Clock(DateTimeOffset Now);
}
