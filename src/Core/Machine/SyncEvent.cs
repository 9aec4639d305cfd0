using System.Collections.Immutable;
using MetaGrains.Core.Budget;
using MetaGrains.Core.Incidents;
using MetaGrains.Core.Sync;

namespace MetaGrains.Core.Machine;

/// <summary>Something that happened to an account. Closed: <see cref="SyncMachine"/> knows them all.</summary>
public abstract record SyncEvent
{
    private SyncEvent()
    {
    }

    /// <summary>The reminder ticked; an alarm clock, nothing is counted.</summary>
    public sealed record ReminderTicked : SyncEvent;

    /// <summary>A sweep found the account overdue.</summary>
    public sealed record SweepPoked : SyncEvent;

    /// <summary>The wake timer fired, or time has passed otherwise.</summary>
    public sealed record TimeAdvanced : SyncEvent;

    /// <summary>Settings were read again; what was read last counts.</summary>
    public sealed record SettingsChanged(AccountSettings Settings) : SyncEvent;

    /// <summary>A run was asked for.</summary>
    public sealed record Triggered(SyncRequest Request) : SyncEvent;

    /// <summary>The account was switched off; felt at once, while the row in <c>ad_accounts</c> is the truth.</summary>
    public sealed record Paused : SyncEvent;

    /// <summary>The account was switched on, or a person says that what it was parked for is mended.</summary>
    public sealed record Resumed : SyncEvent;

    /// <summary>The budget granted.</summary>
    public sealed record GrantReceived(long RequestId, BudgetAnswer.Granted Answer) : SyncEvent;

    /// <summary>The budget says wait.</summary>
    public sealed record GrantDenied(long RequestId, BudgetAnswer.Wait Answer) : SyncEvent;

    /// <summary>The budget did not answer; the request may or may not have been granted.</summary>
    public sealed record AskFailed(long RequestId) : SyncEvent;

    /// <summary>The budget says that it is this account's turn.</summary>
    public sealed record BudgetWoke(long Ticket) : SyncEvent;

    /// <summary>Incidents began or ended.</summary>
    public sealed record IncidentsSeen(ImmutableArray<IncidentNotice> Known) : SyncEvent;

    /// <summary>This account is to try whether an incident is over.</summary>
    public sealed record ProbeAllowed(long Incident) : SyncEvent;

    /// <summary>The pump holds the pen.</summary>
    public sealed record RunStarted(long Number, long RunId, long Epoch) : SyncEvent;

    /// <summary>The pump has used its permits up, or their deadline has come.</summary>
    public sealed record PermitsNeeded(long Number, int Wanted) : SyncEvent;

    /// <summary>Every slice was published.</summary>
    /// <param name="Number">The run.</param>
    /// <param name="Report">What <c>sync_runs</c> says.</param>
    /// <param name="PermitsLeft">Permits of its last grant that it did not use.</param>
    /// <param name="LastSentAt">When its last request was sent; null when none was.</param>
    public sealed record RunSucceeded(long Number, RunReport Report, int PermitsLeft, DateTimeOffset? LastSentAt) : SyncEvent;

    /// <summary>A slice could not be published.</summary>
    /// <param name="Number">The run.</param>
    /// <param name="Report">What <c>sync_runs</c> says.</param>
    /// <param name="Failure">Why.</param>
    /// <param name="PermitsLeft">Permits of its last grant that it did not use.</param>
    /// <param name="LastSentAt">When its last request was sent; null when none was.</param>
    public sealed record RunFailed(long Number, RunReport Report, RunFailure Failure, int PermitsLeft, DateTimeOffset? LastSentAt) : SyncEvent;

    /// <summary>The run ended because it was told to.</summary>
    /// <param name="Number">The run.</param>
    /// <param name="PermitsLeft">Permits of its last grant that it did not use.</param>
    /// <param name="LastSentAt">When its last request was sent; null when none was.</param>
    public sealed record RunCancelled(long Number, int PermitsLeft, DateTimeOffset? LastSentAt) : SyncEvent;

    /// <summary>Another activation has taken the pen: what is known here is old.</summary>
    /// <param name="Number">The run.</param>
    /// <param name="PermitsLeft">Permits of its last grant that it did not use.</param>
    /// <param name="LastSentAt">When its last request was sent; null when none was.</param>
    public sealed record RunSuperseded(long Number, int PermitsLeft, DateTimeOffset? LastSentAt) : SyncEvent;

    /// <summary>The activation ends.</summary>
    public sealed record Deactivating : SyncEvent;
}
