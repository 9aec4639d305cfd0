using System.Collections.Concurrent;
using System.Globalization;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Rest;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Core.Time;

namespace MetaGrains.Cli.Demo;

/// <summary>An account of the demo.</summary>
internal sealed record DemoTarget(AdAccountId Id, string Name, string Currency, DateRange Days);

/// <summary>Asks for one run of every account and waits until all have ended, telling how far they are.</summary>
internal sealed class DemoRuns(ApiClient api, AskedRuns runs, Terminal terminal, TimeProvider clock)
{
    private const string Job = "incremental";
    private const int AskedAtOnce = 8;

    // A run that Meta or a restart has cut off is asked for again.
    private const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(1);

    // Longer than any wait of the first throttles.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The outcome by account.</summary>
    /// <exception cref="CliException">Nothing has moved for a long time.</exception>
    public async Task<Dictionary<AdAccountId, RunReport>> RunAsync(string tenant, IReadOnlyList<DemoTarget> targets, CancellationToken cancellationToken)
    {
        var open = await AskAsync(tenant, targets, cancellationToken);
        var done = new Dictionary<AdAccountId, RunReport>();
        var tries = targets.ToDictionary(target => target.Id, _ => 1);
        var throttled = new HashSet<AdAccountId>();
        var (said, moved, before) = (clock.GetTimestamp(), clock.GetTimestamp(), "");
        while (open.Count > 0)
        {
            var states = await runs.ReadAsync([.. open.Keys], cancellationToken);
            var again = new List<DemoTarget>();
            foreach (var (id, _, report) in states.Where(state => state.Report is not null))
            {
                open.Remove(id, out var target);
                if (report!.RateLimited)
                    throttled.Add(target!.Id);
                if (report.Outcome != RunOutcome.Succeeded && tries[target!.Id]++ < Tries)
                    again.Add(target);
                else
                    done[target!.Id] = report with { RateLimited = throttled.Contains(target.Id) };
            }

            foreach (var (id, target) in await AskAsync(tenant, again, cancellationToken))
                open[id] = target;
            var now = Say(done, targets.Count, states.Count(state => state.Status == "queued"), throttled.Count);
            if (now != before)
                moved = clock.GetTimestamp();
            if (now != before && clock.GetElapsedTime(said) > Tell)
            {
                terminal.Progress(now);
                said = clock.GetTimestamp();
            }

            before = now;
            if (clock.GetElapsedTime(moved) > Patience)
                throw new CliException(ExitCode.Failed, $"No run has moved for {Patience.TotalMinutes:0} minutes ({now}); run {open.Keys.First()} of {open.Values.First().Id} is one that waits.");
            if (open.Count > 0)
                await Task.Delay(Pause, clock, cancellationToken);
        }

        terminal.Progress(before);
        return done;
    }

    private async Task<Dictionary<long, DemoTarget>> AskAsync(string tenant, IReadOnlyList<DemoTarget> targets, CancellationToken cancellationToken)
    {
        var asked = new ConcurrentDictionary<long, DemoTarget>();
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
            async (target, stop) =>
            {
                var accepted = await api.SendAsync<AcceptedRun>(
                    HttpMethod.Post, Routes.Runs(tenant, target.Id.ToString()), new { Job, target.Days.Since, target.Days.Until }, stop,
                    idempotencyKey: Guid.NewGuid().ToString("N"));
                asked[accepted.RunId] = target;
            });
        return asked.ToDictionary();
    }

    private static string Say(Dictionary<AdAccountId, RunReport> done, int all, int waiting, int throttled) => string.Create(
        CultureInfo.InvariantCulture,
        $"{done.Count} of {all} accounts, {done.Values.Sum(run => run.Rows.Read):N0} rows, {all - done.Count - waiting} running, {waiting} waiting, {throttled} throttled");
}
