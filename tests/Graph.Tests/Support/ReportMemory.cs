using MetaGrains.Core.Sync.Reports;

namespace MetaGrains.Graph.Tests.Support;

/// <summary>Keeps runs, as a database does over a crash.</summary>
internal sealed class ReportMemory(Action<ReportRun>? whenKept = null) : IReportMemory
{
    public Dictionary<string, ReportRun> Runs { get; } = [];

    public ValueTask<ReportRun?> FindAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(Runs.GetValueOrDefault(question));

    public ValueTask KeepAsync(ReportRun run, CancellationToken cancellationToken)
    {
        Runs[run.Question] = run;
        whenKept?.Invoke(run);
        return ValueTask.CompletedTask;
    }

    public ValueTask NoteAsync(ReportRun run, CancellationToken cancellationToken) =>
        Runs.GetValueOrDefault(run.Question)?.Id == run.Id ? KeepAsync(run, cancellationToken) : ValueTask.CompletedTask;

    public ValueTask ForgetAsync(ReportRun run, CancellationToken cancellationToken)
    {
        Runs.Remove(run.Question);
        return ValueTask.CompletedTask;
    }
}
