using System.Text.Json.Serialization;
using MetaGrains.GraphSimulator.Http;

namespace MetaGrains.GraphSimulator.Control;

/// <summary>One call as it may be written down: without its token.</summary>
internal sealed record Call(DateTimeOffset Time, string Method, string Path, string? Account, int Status, string? Fault)
{
    /// <summary>Its number since the start, from 0.</summary>
    public long Index { get; init; }

    /// <summary>The code of the error it was answered with.</summary>
    public int? Code { get; init; }

    public int? Subcode { get; init; }

    /// <summary>How many calls it counts as: 0 for the envelope of a batch, whose items count.</summary>
    public int Cost { get; init; } = 1;

    /// <summary>The limits that it counted against.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Whether it was an item of a batch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Batched { get; init; }

    public static Call Of(Exchange exchange, int status) => new(
        exchange.Now,
        exchange.Request.Method,
        exchange.Request.Loggable(),
        exchange.Target?.Account?.NodeId,
        status,
        exchange.Fault?.Kind.ToString())
    {
        Code = exchange.Error?.Code,
        Subcode = exchange.Error?.Subcode,
        Scopes = exchange.Limits?.Scopes ?? [],
        Batched = exchange.InBatch,
    };
}

/// <summary>Counts the calls and remembers the last ones.</summary>
internal sealed class CallLog
{
    public const int Remembered = 20_000;

    private readonly Lock _lock = new();
    private readonly Call[] _ring = new Call[Remembered];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add(Call call)
    {
        lock (_lock)
        {
            _ring[_count % Remembered] = call with { Index = _count };
            _count++;
        }
    }

    /// <summary>The calls that are asked for and still remembered, oldest first: the last ones, or those from an index on.</summary>
    /// <param name="account">Only calls on this account, <c>act_…</c>; null for all.</param>
    public IReadOnlyList<Call> Read(long? since, string? account, int most)
    {
        lock (_lock)
        {
            var oldest = Math.Max(0, _count - Remembered);
            var found = new List<Call>();
            for (var index = Math.Max(oldest, since ?? 0); index < _count; index++)
            {
                if (account is null || _ring[index % Remembered].Account == account)
                    found.Add(_ring[index % Remembered]);
            }

            return since is null ? found[^Math.Min(most, found.Count)..] : found[..Math.Min(most, found.Count)];
        }
    }
}
