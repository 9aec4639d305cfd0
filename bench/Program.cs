using System.Globalization;
using System.Text.Json;
using MetaGrains.Bench.Budget;
using MetaGrains.Bench.Calls;
using MetaGrains.Bench.Failover;
using MetaGrains.Bench.Graph;
using MetaGrains.Bench.Idle;
using MetaGrains.Bench.Ingest;
using MetaGrains.Bench.Measure;
using MetaGrains.Bench.Parse;
using MetaGrains.Bench.Simulation;
using MetaGrains.Bench.Wake;

// Usage: MetaGrains.Bench ingest|calls|parse|graph|budget|failover|wake|idle --rows=N --rounds=N --table-rows=N,N --accounts=N --engine=NAME   (run it by ./metagrains bench NAME)
//        MetaGrains.Bench simulate --seed=S --accounts=N --tenants=N --days=D --engine=NAME   (run it by ./metagrains simulate)
var options = args.Skip(1).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
if (args[0] == CallsClient.Name)
{
    await CallsClient.RunAsync(Number("--gateway"), Number("--echo"), Number("--rounds"), TimeSpan.FromSeconds(Number("--seconds")));
    return;
}

if (args[0] == WakeChild.Name)
{
    await WakeChild.RunAsync(options["--contestant"], WhereRowsGo(), WakeChild.Plan(options["--tenant"], Number("--accounts"), Number("--interval-ms")), Number("--room"));
    return;
}

var window = HostWindow.Open();
var figures = args[0] switch
{
    "ingest" when Sizes("--table-rows") is { Length: > 0 } sizes => await new FullTableBench(WhereRowsGo(), Number("--rows"), Number("--rounds"), sizes).RunAsync(),
    "ingest" => await new IngestBench(WhereRowsGo(), Number("--rows"), Number("--rounds")).RunAsync(),
    "calls" => await new CallsBench(Number("--rounds")).RunAsync(),
    "parse" => new ParseBench(Number("--rounds")).Run(),
    "simulate" => SimulationReport.Run(new SimulationOptions(Number("--seed"), Number("--accounts"), Number("--days"), Number("--tenants"))),
    "budget" => BudgetBench.Run(),
    "failover" => await new FailoverBench(WhereRowsGo(), options["--engine"], Number("--accounts"), Number("--rounds")).RunAsync(),
    "idle" => await new IdleBench(WhereRowsGo(), options["--engine"], Number("--accounts")).RunAsync(),
    "wake" => await new WakeBench(WhereRowsGo(), new WakeOptions(
        Number("--accounts"), TimeSpan.FromSeconds(Number("--interval")), Number("--intervals"), Sizes("--silos"),
        Number("--quartz-accounts"), !bool.Parse(options["--without-quartz"]))).RunAsync(),
    "graph" => await new GraphBench(Number("--rounds")).RunAsync(),
    _ => throw new ArgumentException($"Unknown benchmark {args[0]}."),
};
foreach (var (name, value) in window.Close(options["--engine"]))
    figures.Add(name, value);
Console.WriteLine(JsonSerializer.Serialize(figures));
Environment.ExitCode = figures.GetValueOrDefault("violations") is > 0 ? 1 : 0;

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);

int[] Sizes(string name) =>
    [.. options[name].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(size => int.Parse(size, CultureInfo.InvariantCulture))];

static string WhereRowsGo() => Environment.GetEnvironmentVariable("METAGRAINS_DATABASE_URL")
    ?? throw new InvalidOperationException("METAGRAINS_DATABASE_URL is not set: run this by ./metagrains bench.");
