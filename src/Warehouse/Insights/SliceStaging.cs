using System.Collections.Concurrent;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;
using Npgsql;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// Where the pages of slices wait until they are published: in memory, and beyond its limit in <c>insights_staging</c>.
/// Nothing in it survives the process, and none of it has to: a run that broke off is read again from its start.
/// </summary>
/// <param name="database">Where the table is.</param>
/// <param name="memoryBytes">The limit; 0: all goes into the table.</param>
public sealed class SliceStaging(NpgsqlDataSource database, long memoryBytes)
{
    private const string Copy = $"copy insights_staging ({StagedPage.Columns}) from stdin (format binary)";

    private const string DiscardPages = "delete from insights_staging where run_id = $1 and run_epoch = $2 and slice = $3 and page >= $4 and page < $5";

    private readonly ConcurrentDictionary<(long Run, long Epoch, int Slice), StagedSlice> _slices = new();
    private readonly BlockPool _pool = new(memoryBytes);
    private long _free = memoryBytes;

    /// <summary>Memory that is not taken, in bytes.</summary>
    internal long Free => Interlocked.Read(ref _free);

    /// <summary>Stages one page of a slice.</summary>
    public async Task AddAsync(InsightsSlice slice, InsightPage page, CancellationToken cancellationToken)
    {
        var staged = StagedPage.Encode(slice, page, new RowHash(), _pool);
        var bytes = staged.Bytes;
        if (Interlocked.Add(ref _free, -bytes) < 0)
        {
            Interlocked.Add(ref _free, bytes);
            try
            {
                await PourAsync(staged, cancellationToken);
            }
            finally
            {
                staged.Release();
            }
        }

        _slices.GetOrAdd(Name(slice), static (_, run) => new StagedSlice(run), slice.Run).Add(staged);
    }

    /// <summary>Forgets pages of a slice, from one number to before another.</summary>
    public async Task DiscardAsync(InsightsSlice slice, int from, int until, CancellationToken cancellationToken)
    {
        if (_slices.TryGetValue(Name(slice), out var staged))
            Interlocked.Add(ref _free, staged.Discard(from, until));
        await using var command = database.CreateCommand(DiscardPages);
        foreach (var parameter in new object[] { slice.Run.Id, slice.Run.Epoch, slice.Number, from, until })
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets all that runs of an account and job before this one have in memory.</summary>
    public void ForgetBefore(SyncRun run) => Forget(held => held.Account == run.Account && held.Job == run.Job && held.Epoch < run.Epoch);

    /// <summary>Forgets all that a run has in memory.</summary>
    public void Forget(SyncRun run) => Forget(held => (held.Id, held.Epoch) == (run.Id, run.Epoch));

    /// <summary>Looks at a slice; empty when nothing is staged of it.</summary>
    internal StagedSlice Of(InsightsSlice slice) => _slices.GetValueOrDefault(Name(slice)) ?? new StagedSlice(slice.Run);

    /// <summary>Takes a slice out, so that nobody else publishes or forgets it meanwhile.</summary>
    internal StagedSlice Take(InsightsSlice slice) => _slices.TryRemove(Name(slice), out var staged) ? staged : new StagedSlice(slice.Run);

    /// <summary>Puts one back that was not published.</summary>
    internal void PutBack(InsightsSlice slice, StagedSlice staged)
    {
        if (!_slices.TryAdd(Name(slice), staged))
            Release(staged);
    }

    /// <summary>Gives back the memory of a slice that was taken out.</summary>
    internal void Release(StagedSlice staged) => Interlocked.Add(ref _free, staged.Discard(0, int.MaxValue));

    private static (long Run, long Epoch, int Slice) Name(InsightsSlice slice) => (slice.Run.Id, slice.Run.Epoch, slice.Number);

    private void Forget(Func<SyncRun, bool> whether)
    {
        foreach (var (name, staged) in _slices)
        {
            if (whether(staged.Run) && _slices.TryRemove(new(name, staged)))
                Release(staged);
        }
    }

    private async Task PourAsync(StagedPage page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var rows = await CopyStream.BeginAsync(connection, Copy, cancellationToken);
        foreach (var block in page.Stream)
            await rows.WriteAsync(block, cancellationToken);
        await rows.CompleteAsync(cancellationToken);
    }
}
