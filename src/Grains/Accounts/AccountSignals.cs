using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MetaGrains.Core.Machine;
using MetaGrains.Grains.Interfaces.RateLimit;

namespace MetaGrains.Grains.Accounts;

/// <summary>Something that happened outside the grain's turns.</summary>
/// <param name="Happened">What it means for the account; null when it is only about usage.</param>
/// <param name="Usages">What Meta's headers said; told to the budget before anything else.</param>
internal readonly record struct AccountSignal(SyncEvent? Happened, IReadOnlyList<UsageNotice> Usages);

/// <summary>
/// The way from the threads of a fetch back into the grain's turns: they leave signals here, a turn of the grain takes
/// them out. The only thing of the grain that another thread touches.
/// </summary>
internal sealed class AccountSignals
{
    private readonly ConcurrentQueue<AccountSignal> _queue = new();

    public void Post(SyncEvent happened) => _queue.Enqueue(new AccountSignal(happened, []));

    public void Post(SyncEvent? happened, IReadOnlyList<UsageNotice> usages) => _queue.Enqueue(new AccountSignal(happened, usages));

    /// <summary>Looks at the oldest; it stays until <see cref="Done"/>, so that a turn that fails loses nothing.</summary>
    public bool TryPeek([MaybeNullWhen(false)] out AccountSignal signal) => _queue.TryPeek(out signal);

    public void Done() => _queue.TryDequeue(out _);
}
