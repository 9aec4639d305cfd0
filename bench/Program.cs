using System.Text.Json;
using MetaGrains.Bench.Ingest;
using MetaGrains.Bench.Measure;
using MetaGrains.Bench.Parse;

// Usage: MetaGrains.Bench ingest --rows=N --rounds=N --engine=NAME   (run it by ./metagrains bench ingest)
var options = args.Skip(1).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
var url = Environment.GetEnvironmentVariable("METAGRAINS_DATABASE_URL")
    ?? throw new InvalidOperationException("METAGRAINS_DATABASE_URL is not set: run this by ./metagrains bench.");
var window = HostWindow.Open();
var figures = args[0] switch
{
    "ingest" => await new IngestBench(url, int.Parse(options["--rows"]), int.Parse(options["--rounds"])).RunAsync(),
    "parse" => new ParseBench(int.Parse(options["--rounds"])).Run(),
    _ => throw new ArgumentException($"Unknown benchmark {args[0]}."),
};
foreach (var (name, value) in window.Close(options["--engine"]))
    figures.Add(name, value);
Console.WriteLine(JsonSerializer.Serialize(figures));
