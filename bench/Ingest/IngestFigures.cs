using MetaGrains.Bench.Measure;

namespace MetaGrains.Bench.Ingest;

/// <summary>What was measured of each way to write: rows per second, and CPU of PostgreSQL and of the program per row.</summary>
internal sealed class IngestFigures(Server server)
{
    private readonly Dictionary<string, List<Figure>> _figures = new(StringComparer.Ordinal);

    public Server Server => server;

    public List<double> RereadWal { get; } = [];

    public List<double> RereadWalAfterCheckpoint { get; } = [];

    public async Task MeasureAsync(string name, int count, Func<Task> work)
    {
        var (backend, program, began) = (await server.BackendCpuAsync(), Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
        await work();
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var spent = Environment.CpuUsage.TotalTime - program;
        if (!_figures.TryGetValue(name, out var figures))
            _figures.Add(name, figures = []);
        figures.Add(new Figure(
            count / seconds, seconds, await server.BackendCpuAsync() - backend is { } cpu ? cpu * 1e6 / count : double.NaN, spent.TotalMicroseconds / count));
    }

    public Dictionary<string, object?> ToDictionary(int rows) => new()
    {
        ["rows"] = rows,
        ["rows_per_s"] = Math.Round(Median("ours", figure => figure.Rate)),
        ["limit_rows_per_s"] = Math.Round(Median("limit", figure => figure.Rate)),
        ["ratio"] = Ratio("limit"),
        ["unnest_ratio"] = Ratio("unnest"),
        ["row_by_row_ratio"] = Ratio("row_by_row"),
        ["ef_ratio"] = Ratio("ef"),
        ["same_result"] = new Dictionary<string, object?>
        {
            ["unnest_ratio"] = Ratio("whole_unnest"),
            ["row_by_row_ratio"] = Ratio("whole_row_by_row"),
            ["ef_ratio"] = Ratio("whole_ef"),
        },
        ["backend_us_per_row"] = Micros("ours"),
        ["cpu_us_per_row"] = _figures.Keys.ToDictionary(name => name, name => new Dictionary<string, object?>
        {
            ["backend"] = Micros(name),
            ["program"] = Math.Round(Median(name, figure => figure.Program), 1),
        }),
        ["reread_wal_ratio"] = Math.Round(Pairs.Median(RereadWal), 6),
        ["reread_wal_ratio_after_checkpoint"] = Math.Round(Pairs.Median(RereadWalAfterCheckpoint), 6),
        ["reread_seconds"] = Seconds("reread"),
        ["restated_1pct_seconds"] = Seconds("restated_1pct"),
        ["restated_20pct_seconds"] = Seconds("restated_20pct"),
    };

    private double Median(string name, Func<Figure, double> of) => Pairs.Median(_figures[name].Select(of));

    private double Ratio(string rival) => Pairs.Ratio(_figures["ours"].ConvertAll(figure => figure.Rate), _figures[rival].ConvertAll(figure => figure.Rate));

    private double Seconds(string name) => Math.Round(Median(name, figure => figure.Seconds), 3);

    // Where the server is on another machine its CPU is not known.
    private double? Micros(string name) => _figures[name].Exists(figure => double.IsNaN(figure.Backend)) ? null : Math.Round(Median(name, figure => figure.Backend), 1);

    private readonly record struct Figure(double Rate, double Seconds, double Backend, double Program);
}
