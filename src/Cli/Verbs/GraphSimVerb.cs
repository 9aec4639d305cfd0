using System.CommandLine;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.GraphSimulator;

namespace MetaGrains.Cli.Verbs;

/// <summary><c>./metagrains graph-sim</c>: the Graph simulator as a process.</summary>
internal static class GraphSimVerb
{
    public static Command Create(Checkout checkout)
    {
        var accounts = Verb.Number("--accounts", "Number of generated ad accounts.", 3, 1, 1_000_000);
        var seed = Verb.Number("--seed", "Seed of the generated data: the same seed gives the same data.", 1, 0, int.MaxValue);
        var data = new Option<string?>("--data") { Description = "Serve the recorded account of this folder instead.", HelpName = "DIR" };
        var urls = new Option<string>("--urls") { Description = "Where to listen; port 0 takes a free one.", DefaultValueFactory = _ => "http://127.0.0.1:8090" };
        return Verb.Create("graph-sim", "Serve a simulated Graph API until Ctrl-C.", [accounts, seed, data, urls], async (parsed, terminal, cancellationToken) =>
        {
            await using var simulator = await LocalGraph.StartAsync(
                new GraphSimulatorOptions
                {
                    Accounts = parsed.GetValue(accounts),
                    Seed = parsed.GetValue(seed),
                    DataDirectory = parsed.GetValue(data),
                    Urls = parsed.GetValue(urls)!,
                },
                cancellationToken);
            terminal.Line($"Graph API at {simulator.BaseAddress} with {simulator.AccountIds.Count} ad accounts; access token {simulator.AccessToken}");
            terminal.Line($"Try: curl -H 'Authorization: Bearer {simulator.AccessToken}' {simulator.BaseAddress}v25.0/me/adaccounts?fields=name,currency");
            terminal.Result(new { Url = simulator.BaseAddress, simulator.AccessToken, Accounts = simulator.AccountIds.Count });
            try
            {
                await simulator.WaitForShutdownAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how this verb ends.
            }

            return ExitCode.Ok;
        });
    }
}
