using System.Collections.Immutable;
using MetaGrains.Core.Incidents;
using MetaGrains.Warehouse.Control;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MetaGrains.Grains.Incidents;

/// <summary>
/// The incidents that the accounts of a silo go by: a copy of the table that is a few seconds old at most, read when an
/// account looks. So nobody has to be told of an incident, and none is forgotten with a silo.
/// </summary>
public sealed partial class IncidentBoard(IncidentStore store, IOptions<IncidentOptions> options, TimeProvider clock, ILogger<IncidentBoard> logger)
{
    // Whoever should let accounts try does not: they must not rest for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly TimeSpan _maxAge = options.Value.MaxAge;
    private readonly Lock _gate = new();
    private Task<ImmutableArray<IncidentNotice>> _seen = Task.FromResult(ImmutableArray<IncidentNotice>.Empty);
    private long? _seenAt;

    /// <summary>The incidents of late, open and over. The same array as long as they are the same.</summary>
    internal Task<ImmutableArray<IncidentNotice>> LookAsync()
    {
        lock (_gate)
        {
            var fresh = _seenAt is { } at && clock.GetElapsedTime(at) < _maxAge;
            if (fresh || !_seen.IsCompleted)
                return _seen;
            _seenAt = clock.GetTimestamp();
            return _seen = ReadAsync(_seen.Result);
        }
    }

    private async Task<ImmutableArray<IncidentNotice>> ReadAsync(ImmutableArray<IncidentNotice> before)
    {
        try
        {
            var now = clock.GetUtcNow();
            var read = (await store.OfLateAsync(now, CancellationToken.None)).Select(incident => Notice(incident, now)).ToImmutableArray();
            return read.SequenceEqual(before) ? before : read;
        }
        catch (Exception failure)
        {
            LogUnread(logger, failure);
            return before;
        }
    }

    private static IncidentNotice Notice(IncidentRecord incident, DateTimeOffset now)
    {
        var lapsed = incident.NextProbeAt + Patience;
        var closedAt = incident.ClosedAt ?? (lapsed < now ? lapsed : null);
        return new IncidentNotice(incident.Id, incident.Signature, incident.OpenedAt, closedAt, incident.Accounts);
    }

    [LoggerMessage(EventId = 3401, Level = LogLevel.Warning, Message = "Incidents could not be read; accounts go by what was read before")]
    private static partial void LogUnread(ILogger logger, Exception failure);
}
