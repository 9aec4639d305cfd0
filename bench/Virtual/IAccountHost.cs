using MetaGrains.Core.Budget;
using MetaGrains.Core.Machine;
using MetaGrains.Core.Schedule;

namespace MetaGrains.Bench.Virtual;

/// <summary>How one call of a run ended.</summary>
/// <param name="Answer">What the limits said.</param>
/// <param name="Failure">Why it failed, if it did and no limit was the reason.</param>
internal readonly record struct CallResult(VirtualAnswer Answer, FailureKind? Failure);

/// <summary>The world of one account: its silo, its tenant's budget and Meta.</summary>
internal interface IAccountHost
{
    VirtualTime Time { get; }

    /// <summary>The time that the account's silo believes in.</summary>
    DateTimeOffset Clock { get; }

    /// <summary>How long Meta takes for a call.</summary>
    TimeSpan CallTime { get; }

    /// <summary>Asks the budget; the answer is given to the account later, or not at all.</summary>
    void Ask(VirtualAccount account, BudgetRequest request);

    /// <summary>Gives permits back.</summary>
    void Return(BudgetGrant grant, int used, DateTimeOffset? lastSentAt);

    /// <summary>Tells the budget of usage.</summary>
    void Observe(IEnumerable<ScopeUsage> usages);

    /// <summary>Tells the budget of a block.</summary>
    void Block(ScopeBlock block);

    /// <summary>Calls Meta for a job.</summary>
    CallResult Call(VirtualAccount account, SyncJob job);

    /// <summary>HTTP requests that a run needs.</summary>
    int CallsOf(VirtualAccount account, SyncEffect.StartRun run);

    /// <summary>Everything of a run was published.</summary>
    void Published(VirtualAccount account, SyncEffect.StartRun run);

    /// <summary>Chance, in [0,1).</summary>
    double Chance();
}
