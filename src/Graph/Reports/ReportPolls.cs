using MetaGrains.Core.Sync;
using MetaGrains.Core.Sync.Reports;
using MetaGrains.Graph.Batch;
using MetaGrains.Graph.Errors;

namespace MetaGrains.Graph.Reports;

/// <summary>
/// Gathers the polls of a process, so that the reports of many accounts are looked at in one request for each token. A
/// poll waits a moment for others; whoever still waits for a permit holds up nobody and goes out when it has one.
/// </summary>
internal sealed class ReportPolls(IReportSource reports, TimeProvider time)
{
    /// <summary>How long the first poll waits for others; polls of a report are 2 to 30 s apart.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Waiting>> _gathered = new(StringComparer.Ordinal);

    /// <summary>Polls one report.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<ReportStatus> PollAsync(ReportPoll poll, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(poll, cancellationToken);
        var token = poll.Token.Reveal();
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_gathered.TryGetValue(token, out var gathered);
            if (isFirst)
                _gathered.Add(token, gathered = []);
            gathered!.Add(waiting);
        }

        if (isFirst)
            _ = SendLaterAsync(token);
        return await waiting.Answer.Task.WaitAsync(cancellationToken);
    }

    // In the flow of the first: what the headers say goes by its way to the budget that the token belongs to.
    private async Task SendLaterAsync(string token)
    {
        await Task.Delay(Gathering, time, CancellationToken.None);
        List<Waiting> gathered;
        lock (_gate)
        {
            _gathered.Remove(token, out var list);
            gathered = list!;
        }

        var ready = new List<Waiting>();
        foreach (var waiting in gathered)
        {
            var permitted = waiting.TakeAsync();
            if (permitted.IsCompletedSuccessfully)
                ready.Add(waiting);
            else
                _ = SendWhenPermittedAsync(waiting, permitted);
        }

        foreach (var batch in ready.Chunk(GraphBatch.MaxItems))
            await SendAsync(batch);
    }

    private async Task SendWhenPermittedAsync(Waiting waiting, Task permitted)
    {
        try
        {
            await permitted;
        }
        catch (Exception refused)
        {
            waiting.Answer.TrySetException(refused);
            return;
        }

        await SendAsync([waiting]);
    }

    private async Task SendAsync(Waiting[] batch)
    {
        try
        {
            var statuses = await reports.PollAsync([.. batch.Select(waiting => waiting.Permitted)], CancellationToken.None);
            for (var place = 0; place < batch.Length; place++)
                batch[place].Answer.TrySetResult(statuses[place]);
        }
        catch (Exception broken)
        {
            foreach (var waiting in batch)
                waiting.Fail(broken);
        }
    }

    private sealed class Waiting(ReportPoll poll, CancellationToken cancellationToken)
    {
        public TaskCompletionSource<ReportStatus> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The poll with the permit that it has; a repeat takes another, and gives up with its caller.</summary>
        public ReportPoll Permitted => poll with { Permits = new Prepaid(poll.Permits, cancellationToken) };

        public Task TakeAsync() => poll.Permits.TakeAsync(cancellationToken).AsTask();

        // Another poll of the batch may have been given up, and with it the batch: this one is asked again.
        public void Fail(Exception broken)
        {
            if (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                Answer.TrySetResult(ReportReader.OfPoll(new GraphException("The poll was given up with others.", GraphErrorKind.Transient)));
            else
                Answer.TrySetException(broken);
        }
    }

    private sealed class Prepaid(ICallPermits permits, CancellationToken caller) : ICallPermits
    {
        private int _taken;

        public ValueTask TakeAsync(CancellationToken cancellationToken) =>
            Interlocked.Exchange(ref _taken, 1) == 0 ? ValueTask.CompletedTask : permits.TakeAsync(caller);
    }
}
