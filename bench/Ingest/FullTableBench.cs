using MetaGrains.Bench.Measure;
using MetaGrains.Core.Insights;

namespace MetaGrains.Bench.Ingest;

/// <summary>
/// Whether a row costs the same however many the tables hold already: the same slice is loaded for the first time, and
/// read again unchanged, in databases that are filled differently, in turn.
/// </summary>
internal sealed class FullTableBench(string url, int rows, int rounds, IReadOnlyList<int> sizes)
{
    private readonly InsightRow[] _fresh = BenchRows.Make(rows);

    public async Task<Dictionary<string, object?>> RunAsync()
    {
        var tables = new List<Table>();
        try
        {
            foreach (var size in sizes)
            {
                await Console.Error.WriteLineAsync($"metagrains: filling a table of {size} rows");
                tables.Add(await Table.CreateAsync(url, size));
            }

            // The first round fills caches and compiles; it is not counted.
            for (var round = 0; round <= rounds; round++)
            {
                await Console.Error.WriteLineAsync($"metagrains: round {round} of {rounds}");
                foreach (var table in tables)
                    await table.RoundAsync(_fresh, counts: round > 0);
            }

            return new Dictionary<string, object?>
            {
                ["rows"] = rows,
                ["tables"] = tables.ConvertAll(table => table.Figures(tables[0])),
            };
        }
        finally
        {
            foreach (var table in tables)
                await table.DisposeAsync();
        }
    }

    private sealed class Table(int size, ScratchDatabase database, OurIngest ours, double fillSeconds) : IAsyncDisposable
    {
        private readonly Server _server = new(database.Source);
        private readonly List<double> _load = [];
        private readonly List<double> _reread = [];
        private readonly List<double> _rate = [];

        public static async Task<Table> CreateAsync(string url, int size)
        {
            var database = await ScratchDatabase.CreateAsync(url, $"_{size}");
            try
            {
                var ours = await OurIngest.CreateAsync(database.Source);
                var began = TimeProvider.System.GetTimestamp();
                await new HeldRows(database.Source, ours.Tenant).FillAsync(size);
                return new Table(size, database, ours, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            }
            catch
            {
                await database.DisposeAsync();
                throw;
            }
        }

        public async Task RoundAsync(InsightRow[] fresh, bool counts)
        {
            await _server.ExecuteAsync("checkpoint");
            var (load, rate) = await MeasureAsync(fresh);
            var (reread, _) = await MeasureAsync(fresh);
            await ours.UnloadAsync();
            if (!counts)
                return;
            _load.Add(load);
            _rate.Add(rate);
            _reread.Add(reread);
        }

        public Dictionary<string, object?> Figures(Table first) => new()
        {
            ["table_rows"] = size,
            ["rows_per_s"] = Math.Round(Pairs.Median(_rate)),
            ["backend_us_per_row"] = Rounded(_load),
            ["backend_ratio"] = Ratio(_load, first._load),
            ["reread_us_per_row"] = Rounded(_reread),
            ["reread_ratio"] = Ratio(_reread, first._reread),
            ["fill_seconds"] = Math.Round(fillSeconds, 1),
        };

        public ValueTask DisposeAsync() => database.DisposeAsync();

        private async Task<(double Micros, double RowsPerSecond)> MeasureAsync(InsightRow[] fresh)
        {
            var (began, cpu) = (TimeProvider.System.GetTimestamp(), await _server.BackendCpuAsync());
            await ours.LoadAsync(fresh);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            return (await _server.BackendCpuAsync() - cpu is { } spent ? spent * 1e6 / fresh.Length : double.NaN, fresh.Length / seconds);
        }

        // Where the server is on another machine its CPU is not known.
        private static double? Rounded(List<double> micros) => micros.Exists(double.IsNaN) ? null : Math.Round(Pairs.Median(micros), 1);

        private static double? Ratio(List<double> ours, List<double> theirs) => ours.Exists(double.IsNaN) ? null : Pairs.Ratio(ours, theirs);
    }
}
