using System.Collections.Immutable;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Time;

namespace MetaGrains.Core.Sync.Shapes;

/// <summary>
/// The shape of one report during one run: found where the last run left it, moved by what happens, and kept: at once
/// when a refusal taught something, so that a crash goes on from there, and at the end of the run otherwise.
/// </summary>
internal sealed class ShapeInUse
{
    /// <summary>How long lost fields stay lost before they are tried again.</summary>
    public static readonly TimeSpan Forgiving = TimeSpan.FromDays(7);

    // A failure that size may not be to blame for makes a question this much smaller and no more: an incident of Meta's
    // looks like it and must not teach every account.
    private const int MostDoubts = 4;

    private readonly IShapeMemory? _memory;
    private readonly AdAccountKey _account;
    private readonly TimeProvider _clock;
    private ShapeLimits _limits;
    private LearnedShape? _kept;
    private KnownObjects? _objects;
    private DateTimeOffset _learnedAt;
    private DateTimeOffset? _forgivenAt;
    private long? _rowsSeen;
    private int _doubts;

    private ShapeInUse(IShapeMemory? memory, AdAccountKey account, InsightsReport report, ShapeLimits limits, TimeProvider clock)
    {
        (_memory, _account, Report, _limits, _clock) = (memory, account, report, limits, clock);
        Current = limits.First;
        _learnedAt = clock.GetUtcNow();
    }

    /// <summary>The whole question.</summary>
    public InsightsReport Report { get; }

    /// <summary>The shape as it is now.</summary>
    public RequestShape Current { get; private set; }

    /// <summary>In words; null for the whole question at once.</summary>
    public string? Words => ShapeWords.Of(Current, _limits);

    /// <summary>Finds what is known.</summary>
    public static async Task<ShapeInUse> FindAsync(
        IShapeMemory? memory, AdAccountKey account, InsightsReport report, ShapeLimits limits, TimeProvider clock, CancellationToken cancellationToken)
    {
        var use = new ShapeInUse(memory, account, report, limits, clock);
        if (memory is not null && await memory.FindAsync(account, report.Name, cancellationToken) is { } known)
            await use.TakeAsync(known, cancellationToken);
        return use;
    }

    /// <summary>The requests of some days, cut as the shape was when their reading began.</summary>
    /// <param name="report">The report, or a wider form of it.</param>
    /// <param name="days">At most as many days as the shape has.</param>
    /// <param name="parts">Into how many parts.</param>
    public ImmutableArray<InsightsQuery> Requests(InsightsReport report, DateRange days, int parts)
    {
        var size = new FetchSize((_rowsSeen ?? _kept?.RowsPerDay ?? 0) * days.Days / parts, days.Days, Current.PageLimit);
        var asked = Current with
        {
            Days = days.Days,
            Parts = parts,
            Asynchronous = Current.Asynchronous || FetchModes.Choose(size) == FetchMode.Report,
        };
        return [.. ShapePlan.Of(_account.Account, report, days, asked, _objects ?? KnownObjects.None)];
    }

    /// <summary>Takes that a page was read: a smaller one than was asked for is what fits.</summary>
    public async Task PageReadAsync(InsightPage page, CancellationToken cancellationToken)
    {
        if (page.Limit is not { } limit || limit >= Current.PageLimit)
            return;
        Current = Current with { PageLimit = limit, Streak = 0 };
        await LearnAsync(cancellationToken);
    }

    /// <summary>Takes that a request was answered.</summary>
    public async Task SucceededAsync(CancellationToken cancellationToken)
    {
        var proven = _doubts > 0;
        _doubts = 0;
        Current = ShapeLadder.AfterSuccess(Current, _limits);
        if (proven)
            await LearnAsync(cancellationToken);
    }

    /// <summary>Takes that a request was too large.</summary>
    /// <param name="failure">How.</param>
    /// <param name="days">Days that it asked for: perhaps fewer than the shape allows, and then those are too many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when nothing smaller is left, or when it is not believed that size was the trouble: the failure stands.</returns>
    public async Task<bool> ShrunkAsync(SourceException failure, int days, CancellationToken cancellationToken)
    {
        var doubtful = IsDoubtful(failure);
        if (failure.Excess == Excess.None || (doubtful && _doubts == MostDoubts))
            return false;
        await FindObjectsAsync(cancellationToken);
        var asked = Current with { Days = Math.Min(Current.Days, days) };
        // The source tried every smaller page before it gave up.
        if (failure.Excess == Excess.Page)
            asked = asked with { PageLimit = Math.Min(asked.PageLimit, ShapeLimits.LeastPageLimit) };
        if (ShapeLadder.AfterFailure(asked, _limits, failure.Excess) is not { } smaller)
            return false;
        if (smaller.Days == asked.Days)
            smaller = smaller with { Days = Current.Days };
        if (doubtful && smaller.Incomplete.Length > Current.Incomplete.Length)
            return false;
        Current = smaller;
        if (doubtful)
            _doubts++;
        else
            await LearnAsync(cancellationToken);
        return true;
    }

    /// <summary>What to tell a person of a failure that ends the run.</summary>
    public string Explain(SourceException failure)
    {
        if (failure.Excess == Excess.None || IsDoubtful(failure))
            return failure.Message;
        var breakdown = Report.Breakdowns.IsEmpty
            ? ""
            : $" The breakdown {string.Join(", ", Report.Breakdowns)} cannot be fetched, and rows without it would be other rows.";
        return $"Report {Report.Name} is too large even in its smallest form ({Words ?? "as a whole"}).{breakdown} Change the report definition. {failure.Message}";
    }

    // No answer of Meta's, or one that explains nothing.
    private static bool IsDoubtful(SourceException failure) => failure.WorthRereading || failure.Excess == Excess.Unclear;

    /// <summary>Takes how many rows some days had.</summary>
    public void Read(long rows, int days) => _rowsSeen = Math.Max(_rowsSeen ?? 0, (rows + days - 1) / days);

    /// <summary>Keeps what is worth it at the end of a run: no whole shape is written for its streak alone.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        // What was not proven was perhaps no lesson.
        if (_doubts > 0 || _rowsSeen is not { } rows)
            return;
        var shapeMoved = _kept is null || !SaysTheSame(_kept.Shape, Current);
        var rowsMoved = _kept is null || rows > 2 * Math.Max(1, _kept.RowsPerDay) || 2 * rows < _kept.RowsPerDay;
        if (shapeMoved || rowsMoved)
            await KeepAsync(cancellationToken);
    }

    private async Task TakeAsync(LearnedShape known, CancellationToken cancellationToken)
    {
        (_kept, _learnedAt, _forgivenAt) = (known, known.LearnedAt, known.ForgivenAt);
        if (known.Shape.Parts > 1)
            await FindObjectsAsync(cancellationToken);
        Current = ShapeLadder.Fitting(known.Shape, _limits);
        var now = _clock.GetUtcNow();
        if (Current.Lost.IsEmpty || now - Latest(known) < Forgiving)
            return;
        Current = ShapeLadder.Forgiven(Current, _limits);
        _forgivenAt = now;
        await KeepAsync(cancellationToken);
    }

    private static DateTimeOffset Latest(LearnedShape known) =>
        known.ForgivenAt is { } forgiven && forgiven > known.LearnedAt ? forgiven : known.LearnedAt;

    // The finest level that is known well enough to cut by: an account that is read for the first time knows its
    // campaigns from the report before, and not yet its ads.
    private async Task FindObjectsAsync(CancellationToken cancellationToken)
    {
        if (_objects is not null)
            return;
        var found = KnownObjects.None;
        for (var level = Report.Level; _memory is not null && level > InsightsLevel.Account && found.Ids.Count < 2; level--)
            found = new KnownObjects(level, await _memory.ObjectsAsync(_account, level, cancellationToken));
        _objects = found.Ids.Count < 2 ? KnownObjects.None : found;
        _limits = _limits with { Objects = _objects.Ids.Count };
    }

    private bool SaysTheSame(RequestShape one, RequestShape other) =>
        one == other || (ShapeLadder.IsWhole(one, _limits) && ShapeLadder.IsWhole(other, _limits));

    private Task LearnAsync(CancellationToken cancellationToken)
    {
        _learnedAt = _clock.GetUtcNow();
        return KeepAsync(cancellationToken);
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (_memory is null)
            return;
        _kept = new LearnedShape(Current, _learnedAt, _forgivenAt, _rowsSeen ?? _kept?.RowsPerDay ?? 0, Words);
        await _memory.KeepAsync(_account, Report.Name, _kept, cancellationToken);
    }
}
