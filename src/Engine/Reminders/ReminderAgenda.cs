namespace MetaGrains.Engine.Reminders;

/// <summary>A reminder and when it is due next.</summary>
internal sealed class Appointment(ReminderEntry entry, DateTime due, long stamp)
{
    public ReminderEntry Entry { get; } = entry;

    public DateTime Due { get; set; } = due;

    /// <summary>Counts changes of the agenda, so that a list read before a change does not undo it.</summary>
    public long Stamp { get; } = stamp;

    public int Partition { get; } = ReminderTimes.PartitionOf(entry.GrainId);

    /// <summary>Replaced or removed: it is not to be ticked again.</summary>
    public bool IsGone { get; set; }
}

/// <summary>
/// What is due when, and how far everything is done. Pure but for its own state: the time is a parameter, and the
/// caller takes care that one thread at a time is here.
/// </summary>
internal sealed class ReminderAgenda
{
    // A database keeps microseconds: a smaller step could round up to the due time itself.
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(1);

    private readonly Dictionary<(GrainId Grain, string Name), Appointment> _all = [];
    private readonly bool[] _closed = new bool[ReminderTimes.Partitions];
    private PriorityQueue<Appointment, DateTime> _future = new();
    private readonly Queue<Appointment> _ready = new();
    private readonly HashSet<Appointment> _open = [];
    private readonly List<(int Partition, DateTime From)> _holds = [];
    private readonly DateTime[] _watermarks = new DateTime[ReminderTimes.Partitions];

    public long Stamp { get; private set; }

    public int Count => _all.Count;

    /// <summary>When something is due next, if anything.</summary>
    public DateTime? NextDue => _future.TryPeek(out _, out var due) ? due : null;

    /// <summary>The oldest tick that is due and not delivered, if there is one.</summary>
    public DateTime? OldestDue => _open.Count == 0 ? null : _open.Min(appointment => appointment.Due);

    public void SetWatermark(int partition, DateTime moment) => _watermarks[partition] = moment;

    /// <summary>Ticks nothing of a partition until it is opened; what is open stays so.</summary>
    public void Close(int partition) => _closed[partition] = true;

    public void Open(int partition)
    {
        if (!_closed[partition])
            return;
        _closed[partition] = false;
        foreach (var appointment in _open.Where(appointment => appointment.Partition == partition))
            _ready.Enqueue(appointment);
    }

    /// <summary>Drops everything of these partitions.</summary>
    public void Forget(IReadOnlySet<int> partitions)
    {
        foreach (var appointment in _all.Values.Where(appointment => partitions.Contains(appointment.Partition)).ToArray())
            Remove(appointment.Entry.GrainId, appointment.Entry.ReminderName);
        _future = new(_all.Values.Where(appointment => !_open.Contains(appointment)).Select(appointment => (appointment, appointment.Due)));
    }

    /// <summary>Enters a reminder, or replaces it. What its partition has not ticked yet is due at once, but only once.</summary>
    public void Put(ReminderEntry entry)
    {
        Remove(entry.GrainId, entry.ReminderName);
        var after = _watermarks[ReminderTimes.PartitionOf(entry.GrainId)];
        var appointment = new Appointment(entry, ReminderTimes.NextAfter(entry.StartAt, entry.Period, after), ++Stamp);
        _all[(entry.GrainId, entry.ReminderName)] = appointment;
        _future.Enqueue(appointment, appointment.Due);
    }

    public void Remove(GrainId grain, string name)
    {
        Stamp++;
        if (!_all.Remove((grain, name), out var old))
            return;
        old.IsGone = true;
        _open.Remove(old);
    }

    /// <summary>Takes over a list, read when the stamp was as given: what changed since stays as it is.</summary>
    /// <param name="partitions">Which partitions the list is of; null: all.</param>
    public void Merge(IEnumerable<ReminderEntry> rows, long readAt, IReadOnlySet<int>? partitions = null)
    {
        var seen = new HashSet<(GrainId, string)>();
        foreach (var row in rows)
        {
            seen.Add((row.GrainId, row.ReminderName));
            var known = _all.GetValueOrDefault((row.GrainId, row.ReminderName));
            if (known is null || (known.Stamp <= readAt && known.Entry.ETag != row.ETag))
                Put(row);
        }

        foreach (var (key, appointment) in _all.Where(pair => pair.Value.Stamp <= readAt && !seen.Contains(pair.Key) && partitions?.Contains(pair.Value.Partition) != false).ToArray())
            Remove(key.Grain, key.Name);
    }

    /// <summary>The next that is due by now, oldest first. It stays open until <see cref="Done"/>.</summary>
    public Appointment? Take(DateTime now)
    {
        Open(now);
        while (_ready.TryDequeue(out var appointment))
        {
            if (!appointment.IsGone && !_closed[appointment.Partition])
                return appointment;
        }

        return null;
    }

    /// <summary>The tick was turned away: it is due again.</summary>
    public void Again(Appointment appointment) => _ready.Enqueue(appointment);

    /// <summary>The tick was delivered; the next is due at the first multiple of the period from now on.</summary>
    public void Done(Appointment appointment, DateTime now)
    {
        if (appointment.IsGone)
            return;
        _open.Remove(appointment);
        appointment.Due = ReminderTimes.NextAfter(appointment.Entry.StartAt, appointment.Entry.Period, Max(now, appointment.Due));
        _future.Enqueue(appointment, appointment.Due);
    }

    /// <summary>Keeps the watermark of a grain's partition below a moment.</summary>
    public void Hold(GrainId grain, DateTime from) => _holds.Add((ReminderTimes.PartitionOf(grain), from));

    public void Release(GrainId grain, DateTime from) => _holds.Remove((ReminderTimes.PartitionOf(grain), from));

    /// <summary>Per partition the moment up to which everything that was due is delivered.</summary>
    public DateTime[] Advance(DateTime now)
    {
        Open(now);
        var reached = new DateTime[ReminderTimes.Partitions];
        // Strictly below now: a reminder registered at this very moment is due after it.
        Array.Fill(reached, now - Step);
        foreach (var appointment in _open)
            Lower(appointment.Partition, appointment.Due);
        foreach (var (partition, from) in _holds)
            Lower(partition, from);
        for (var partition = 0; partition < reached.Length; partition++)
            _watermarks[partition] = Max(_watermarks[partition], reached[partition]);
        return [.. _watermarks];

        void Lower(int partition, DateTime due)
        {
            if (due - Step < reached[partition])
                reached[partition] = due - Step;
        }
    }

    private void Open(DateTime now)
    {
        while (_future.TryPeek(out var appointment, out var due) && due <= now)
        {
            _future.Dequeue();
            // A replaced one leaves the queue only here.
            if (appointment.IsGone)
                continue;
            _open.Add(appointment);
            _ready.Enqueue(appointment);
        }
    }

    private static DateTime Max(DateTime a, DateTime b) => a > b ? a : b;
}
