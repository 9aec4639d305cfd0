using MetaGrains.Bench.Measure;

namespace MetaGrains.Bench.Wake;

/// <summary>One contestant in a database of its own: registered, warmed up, and measured while so many due times pass.</summary>
/// <param name="databaseUrl">The server.</param>
/// <param name="contestant">One of <see cref="Contestants"/>.</param>
/// <param name="processes">How many processes share the accounts.</param>
/// <param name="accounts">How many accounts.</param>
/// <param name="interval">From one due time to the next.</param>
/// <param name="intervals">How many intervals are measured.</param>
internal sealed class WakeRun(string databaseUrl, string contestant, int processes, int accounts, TimeSpan interval, int intervals)
{
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Notice = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock = TimeProvider.System;

    private int Expected => accounts * intervals;

    public async Task<WakeOutcome> RunAsync()
    {
        await Console.Error.WriteLineAsync($"metagrains: {contestant}, {accounts:N0} accounts, {processes} {(processes == 1 ? "process" : "processes")}, {intervals} × {interval.TotalSeconds:0} s");
        await using var scratch = await ScratchDatabase.CreateAsync(databaseUrl, "_wake");
        var database = new WakeDatabase(scratch);
        var plan = await database.FillAsync(accounts, interval);
        var url = new UriBuilder(databaseUrl) { Path = "/" + scratch.Name }.Uri.ToString();
        var children = new List<WakeProcess>();
        try
        {
            for (var number = 0; number < processes; number++)
                children.Add(await WakeProcess.StartAsync(contestant, url, plan, Expected + accounts));
            await children[0].PrepareAsync();
            await Task.WhenAll(children.Select(child => child.BeginAsync()));
            await Task.Delay(interval < LongestWarmUp ? interval : LongestWarmUp, _clock);
            return await MeasureAsync(scratch, database, children);
        }
        finally
        {
            children.ForEach(child => child.Dispose());
        }
    }

    private async Task<WakeOutcome> MeasureAsync(ScratchDatabase scratch, WakeDatabase database, List<WakeProcess> children)
    {
        var server = await ServerProcesses.FindAsync(scratch.Source);
        var from = _clock.GetUtcNow() + Notice;
        var until = from + (interval * intervals);
        await Task.WhenAll(children.Select(child => child.OpenAsync(from, until)));
        await Task.Delay(from - _clock.GetUtcNow(), _clock);
        var (written, processCpu, serverCpu) = (await database.WrittenAsync(), children.Sum(child => child.CpuSeconds), server.CpuSeconds());
        await Task.Delay(until - _clock.GetUtcNow(), _clock);
        (processCpu, serverCpu) = (children.Sum(child => child.CpuSeconds) - processCpu, server.CpuSeconds() - serverCpu);
        var after = await database.WrittenAsync();
        await WaitForLateOnesAsync(children, until + interval);
        var idle = 0;
        foreach (var child in children)
            idle += (await child.CountAsync()).IdleTicks;
        return Judge(await Task.WhenAll(children.Select(child => child.WakesAsync()))) with
        {
            IdleTicks = idle,
            ProcessCpu = processCpu,
            ServerCpu = serverCpu,
            Written = new(after.Commits - written.Commits, after.Rows - written.Rows, after.Wal - written.Wal),
            BytesPerAccount = contestant == Contestants.Grains ? (double)(await Task.WhenAll(children.Select(child => child.WeighAsync()))).Sum() / accounts : null,
        };
    }

    // What is later than one interval counts as missed.
    private async Task WaitForLateOnesAsync(List<WakeProcess> children, DateTimeOffset deadline)
    {
        while (_clock.GetUtcNow() < deadline && (await Task.WhenAll(children.Select(child => child.CountAsync()))).Sum(count => count.Wakes) < Expected)
            await Task.Delay(Pause, _clock);
    }

    private WakeOutcome Judge(IEnumerable<List<Woken>> wakes)
    {
        var all = wakes.SelectMany(wake => wake).ToArray();
        var inTime = all.Where(wake => wake.LagMicros <= interval.TotalMicroseconds).ToArray();
        var lags = all.Select(wake => wake.LagMicros / 1e3).Order().ToArray();
        var stored = all.Select(wake => wake.StoredMicros / 1e3).Order().ToArray();
        return new WakeOutcome
        {
            Expected = Expected,
            LagP50 = At(lags, 0.5),
            LagP99 = At(lags, 0.99),
            LagMost = At(lags, 1),
            StoredP99 = At(stored, 0.99),
            Missed = Expected - inTime.DistinctBy(wake => (wake.Account, wake.DueMs)).Count(),
            Duplicates = all.Length - all.DistinctBy(wake => (wake.Account, wake.DueMs)).Count(),
            IdleTicks = 0,
            ProcessCpu = 0,
            ServerCpu = 0,
            Written = new(0, 0, 0),
        };
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
