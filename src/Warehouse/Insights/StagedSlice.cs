using MetaGrains.Core.Sync;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// The pages of a slice that is being read: of each row here what decides, and of most pages their fields, too; those
/// of the others lie in <c>insights_staging</c>. Used by one run at a time.
/// </summary>
internal sealed class StagedSlice(SyncRun run)
{
    private readonly List<StagedPage> _pages = [];

    public SyncRun Run => run;

    public IReadOnlyList<StagedPage> Pages => _pages;

    public long Count => _pages.Sum(page => (long)page.Rows.Length);

    /// <summary>Rows whose fields lie in the table.</summary>
    public long InTable => _pages.Where(page => !page.IsHere).Sum(page => (long)page.Rows.Length);

    public bool LacksFields => _pages.Exists(page => page.LacksFields);

    public IEnumerable<StagedRow> Rows => _pages.SelectMany(page => page.Rows);

    /// <summary>What each day adds up to.</summary>
    public Dictionary<DateOnly, StagedDay> Days()
    {
        var days = new Dictionary<DateOnly, StagedDay>();
        foreach (var (date, day) in _pages.SelectMany(page => page.Days))
            days[date] = days.GetValueOrDefault(date) + day;
        return days;
    }

    public void Add(StagedPage page) => _pages.Add(page);

    /// <summary>Forgets the pages from one number to before another. Returns the memory that they held.</summary>
    public long Discard(int from, int until)
    {
        var held = 0L;
        foreach (var page in _pages.Where(page => page.Number >= from && page.Number < until))
        {
            held += page.Bytes;
            page.Release();
        }

        _pages.RemoveAll(page => page.Number >= from && page.Number < until);
        return held;
    }

    /// <summary>What a publish has to write, now that these rows are held.</summary>
    /// <param name="held">What the fact holds of the slice's days, without those that are kept.</param>
    /// <param name="kept">Days that stay as they are.</param>
    public SliceDifference CompareWith(IReadOnlyCollection<HeldRow> held, IReadOnlyCollection<DateOnly> kept)
    {
        var known = held.ToDictionary(row => row.Key, row => row.Content);
        var seen = new HashSet<Guid>((int)Count);
        var difference = new SliceDifference { Held = held.Count, HeldDays = [.. held.Select(row => row.Date).Distinct()] };
        foreach (var row in Rows)
        {
            if (kept.Count > 0 && kept.Contains(row.Date))
            {
                difference.Kept++;
                continue;
            }

            if (!seen.Add(row.Key))
                difference.Twice++;
            else if (!known.Remove(row.Key, out var content))
                difference.New.Add(row.Key);
            else if (content != row.Content)
                difference.Changed.Add(row.Key);
        }

        difference.Gone = [.. known.Keys];
        return difference;
    }
}

/// <summary>A row that the fact holds.</summary>
internal readonly record struct HeldRow(Guid Key, long Content, DateOnly Date);

/// <summary>A staged slice beside what is held of its days.</summary>
internal sealed class SliceDifference
{
    /// <summary>Rows that are held.</summary>
    public int Held { get; init; }

    /// <summary>The days of those.</summary>
    public DateOnly[] HeldDays { get; init; } = [];

    /// <summary>Staged rows of days that stay as they are.</summary>
    public long Kept { get; set; }

    /// <summary>Rows that came a second time.</summary>
    public long Twice { get; set; }

    public HashSet<Guid> New { get; } = [];

    public HashSet<Guid> Changed { get; } = [];

    /// <summary>Held rows that were not read.</summary>
    public Guid[] Gone { get; set; } = [];

    public bool IsNone => New.Count + Changed.Count + Gone.Length == 0;

    public bool Writes(in StagedRow row) => New.Contains(row.Key) || Changed.Contains(row.Key);
}
