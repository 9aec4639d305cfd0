using System.Globalization;
using MetaGrains.Cli.Output;
using MetaGrains.Core.Sync;

namespace MetaGrains.Cli.Demo;

/// <summary>A line of progress at most once a second.</summary>
internal sealed class DemoProgress(Terminal terminal, int accounts)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _last = TimeProvider.System.GetTimestamp();
    private long _rows;
    private int _done;

    /// <summary>One account is finished.</summary>
    public void Done(RunReport run)
    {
        lock (_gate)
        {
            _done++;
            _rows += run.Rows.Read;
            if (TimeProvider.System.GetElapsedTime(_last) < Pace)
                return;
            _last = TimeProvider.System.GetTimestamp();
            terminal.Progress(string.Create(CultureInfo.InvariantCulture, $"{_done} of {accounts} accounts, {_rows:N0} rows"));
        }
    }
}
