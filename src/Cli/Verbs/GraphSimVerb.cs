using System.CommandLine;
using System.Globalization;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains graph-sim</c>: the Graph simulator as a process.</summary>
internal static class GraphSimVerb
{
    private const string RealClock = "real";

    public static Command Create(Checkout checkout)
    {
        var accounts = Verb.Number("--accounts", "Number of generated ad accounts.", 3, 1, 1_000_000);
        var seed = Verb.Number("--seed", "Seed of the generated data: the same seed gives the same data.", 1, 0, int.MaxValue);
        var data = Verb.Text("--data", "Serve the recorded account of this folder instead.", "DIR");
        var urls = new Option<string>("--urls") { Description = "Where to listen; port 0 takes a free one.", DefaultValueFactory = _ => "http://127.0.0.1:8090" };
        var now = new Option<string?>("--now")
        {
            Description = "What time it is when it starts, or real for this machine's clock. Default: this machine's clock, or the day of the recording with --data.",
            HelpName = "ISO-TIME|real",
        };
        now.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && text != RealClock && !TryTime(text, out _))
                result.AddError($"--now must be a time such as 2026-03-06T12:00:00Z, or real, not '{text}'.");
        });
        var stop = HostVerb.StopWithStdin();
        return Verb.Create("graph-sim", "Serve a simulated Graph API until Ctrl-C.", "graph-sim --accounts 10 --urls http://127.0.0.1:8090", [accounts, seed, data, urls, now, stop], async (parsed, terminal, cancellationToken) =>
        {
            await using var simulator = await LocalGraph.StartAsync(
                new GraphSimulatorOptions
                {
                    Accounts = parsed.GetValue(accounts),
                    Seed = parsed.GetValue(seed),
                    DataDirectory = parsed.GetValue(data),
                    Urls = parsed.GetValue(urls)!,
                    Now = Time(parsed.GetValue(now)),
                },
                cancellationToken);
            terminal.Line($"Graph API at {simulator.BaseAddress} with {simulator.AccountIds.Count} ad accounts; access token {simulator.AccessToken}");
            terminal.Line($"Try: curl -H 'Authorization: Bearer {simulator.AccessToken}' {simulator.BaseAddress}v25.0/me/adaccounts?fields=name,currency");
            terminal.Result(new { Ready = true, Url = simulator.BaseAddress, simulator.AccessToken, Accounts = simulator.AccountIds.Count });
            using var ends = parsed.GetValue(stop) ? StandardInput.EndsWith(cancellationToken) : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                await simulator.WaitForShutdownAsync(ends.Token);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how this verb ends.
            }

            return ExitCode.Ok;
        });
    }

    private static DateTimeOffset? Time(string? text) => text switch
    {
        null => null,
        RealClock => TimeProvider.System.GetUtcNow(),
        _ => TryTime(text, out var time) ? time : throw CliException.BadInput($"--now: '{text}' is no time."),
    };

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
