using System.Collections.Immutable;
using MetaGrains.Core.Entities;

namespace MetaGrains.Core.Sync.Entities;

/// <summary>What a run over objects did so far.</summary>
internal sealed class EntityTally
{
    private readonly Dictionary<EntityKind, long> _read = [];
    private readonly List<string> _notes = [];
    private readonly HashSet<(EntityKind Kind, string Id)> _skipped = [];
    private string? _skip;
    private long _calls;
    private long _retries;
    private long _pages;
    private long _bytes;
    private long _changed;
    private long _buried;

    public void TakePage(long bytes, int calls)
    {
        _pages++;
        _bytes += bytes;
        TakeCalls(calls);
    }

    public void TakeCalls(int calls)
    {
        _calls += calls;
        _retries += Math.Max(0, calls - 1);
    }

    public void TakeChanges(int changed) => _changed += changed;

    public void TakeBuried(int buried) => _buried += buried;

    /// <summary>A kind that was read to its end.</summary>
    public void TakeKind(EntityKind kind, int read) => _read[kind] = read;

    /// <returns>Whether the object was not known to be unreadable before.</returns>
    public bool TakeSkipped(UnreadableEntity unreadable)
    {
        _skip ??= $"{unreadable.Kind.WireName()} {unreadable.Id}: {unreadable.Reason}";
        return _skipped.Add((unreadable.Kind, unreadable.Id));
    }

    public void Note(string note) => _notes.Add(note);

    public bool AnyKind => _read.Count > 0;

    public RunReport Report(RunOutcome outcome)
    {
        var read = _read.Values.Sum();
        return new RunReport
        {
            Outcome = outcome,
            Calls = _calls,
            Retries = _retries,
            Pages = _pages,
            Bytes = _bytes,
            Rows = new PublishCounts(read, 0, _changed, Math.Max(0, read - _changed), _buried),
            Entities = _read.ToImmutableSortedDictionary(kind => $"{kind.Key.WireName()}s", kind => kind.Value, StringComparer.Ordinal),
            ErrorMessage = Notes(),
        };
    }

    private string? Notes()
    {
        var skipped = _skip is null ? [] : new[] { $"{_skipped.Count} objects could not be read and were skipped, such as {_skip}" };
        return _notes.Count + skipped.Length == 0 ? null : string.Join(' ', _notes.Concat(skipped));
    }
}
