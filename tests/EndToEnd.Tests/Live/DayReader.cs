using System.Globalization;
using MetaGrains.GraphSimulator;

namespace MetaGrains.EndToEnd.Tests.Live;

/// <summary>An analyst who looks again and again: each day must be absent or whole, in every report and in the daily sums.</summary>
internal sealed class DayReader : IAsyncDisposable
{
    private const string Look = """
        select report, date, case when report = 'ad_daily' then count(*) end, trim_scale(sum(spend)), sum(impressions)
        from meta_insights_daily where report <> 'ad_active_daily' group by report, date
        union all
        select 'daily_meta_metrics', date, null, trim_scale(sum(spend)), sum(impressions) from daily_meta_metrics group by date
        """;

    private readonly LiveSystem _system;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<DateOnly, AccountTruth> _truths = [];
    private readonly Task _reading;

    public DayReader(LiveSystem system)
    {
        _system = system;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>How often it looked.</summary>
    public int Looks { get; private set; }

    /// <summary>The first thing that was wrong.</summary>
    public string? Wrong { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _reading;
        _stopped.Dispose();
        Assert.Null(Wrong);
        Assert.True(Looks > 10, $"It looked {Looks} times only.");
    }

    private async Task ReadAsync()
    {
        while (!_stopped.IsCancellationRequested && Wrong is null)
        {
            foreach (var row in await _system.Database.RowsAsync(Look))
                Wrong ??= Compare(row.Trim('(', ')').Split(','));
            Looks++;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }

    // report, day, rows of ads or nothing, spend, impressions
    private string? Compare(string[] seen)
    {
        var day = DateOnly.ParseExact(seen[1], "yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (!_truths.TryGetValue(day, out var truth))
            _truths[day] = truth = _system.Simulator.Truth(_system.Account.Account.ToString(), day, day);
        var whole = (seen[2].Length == 0 || seen[2] == truth.Rows.ToString(CultureInfo.InvariantCulture))
            && decimal.Parse(seen[3], CultureInfo.InvariantCulture) == truth.Spend
            && long.Parse(seen[4], CultureInfo.InvariantCulture) == truth.Impressions;
        return whole ? null : $"{string.Join(' ', seen)} was visible, while the day is {truth}";
    }
}
