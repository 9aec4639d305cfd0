namespace MetaGrains.Api.Freshness;

/// <summary>How fresh one stream of one account is.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="Stream">A report, or campaigns, adsets, ads, creatives; null where nothing was ever read.</param>
/// <param name="LatestDataDate">Newest day with a row; null for objects and before the first row.</param>
/// <param name="LastSyncedAt">When it was last read to its end.</param>
/// <param name="LagSeconds">How long that is ago.</param>
/// <param name="PromisedSeconds">How long it may be ago: two intervals; null while nothing is promised, because the account is not synced.</param>
/// <param name="Behind">Whether it is longer ago; null while nothing is promised.</param>
/// <param name="Enabled">Whether the account is synced: enabled, connected, its tenant not paused.</param>
/// <param name="Health">How the account is.</param>
public sealed record FreshnessMark(
    string AdAccountId, string? Stream, DateOnly? LatestDataDate, DateTimeOffset? LastSyncedAt, long? LagSeconds, long? PromisedSeconds, bool? Behind, bool Enabled, string Health);

/// <summary>A change of a number of a day that had been published after it was over.</summary>
/// <param name="SeenAt">When the new value was published.</param>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="Date">The day.</param>
/// <param name="Report">The report.</param>
/// <param name="Level">account, campaign, adset or ad.</param>
/// <param name="EntityId">The object.</param>
/// <param name="BreakdownKey">Its breakdown values; empty for none.</param>
/// <param name="Metric">spend, impressions, clicks, reach, conversions, purchases, purchase_value, leads or revenue.</param>
/// <param name="Reason">restated, corrected, backfilled or shape_changed.</param>
/// <param name="OldValue">Before; null when the row was not there.</param>
/// <param name="NewValue">After; null when Meta stopped answering the row.</param>
/// <param name="RunId">The run that published it.</param>
public sealed record Revision(
    DateTimeOffset SeenAt, string AdAccountId, DateOnly Date, string Report, string Level, string EntityId, string BreakdownKey, string Metric, string Reason,
    decimal? OldValue, decimal? NewValue, long RunId);

/// <summary>The account's own total of a day, as Ads Manager shows it, beside the sum of its rows.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="Date">The day.</param>
/// <param name="Report">The report whose rows were added up.</param>
/// <param name="Level">Their level.</param>
/// <param name="Metric">spend, impressions or clicks; rows for a day that is held back.</param>
/// <param name="Verdict">match, unattributed, gap or held.</param>
/// <param name="AccountTotal">What the account's own answer says.</param>
/// <param name="RowsTotal">What the rows add up to.</param>
/// <param name="Unattributed">The difference: what no row explains.</param>
/// <param name="CheckedAt">When this was found first.</param>
/// <param name="RunId">The run that found it.</param>
public sealed record ReconciledDay(
    string AdAccountId, DateOnly Date, string Report, string Level, string Metric, string Verdict, decimal AccountTotal, decimal RowsTotal, decimal Unattributed,
    DateTimeOffset CheckedAt, long RunId);

/// <summary>Whether a day of an account can still change.</summary>
/// <param name="AdAccountId">The ad account.</param>
/// <param name="Date">The day.</param>
/// <param name="Finality">open, provisional or final.</param>
/// <param name="IsFinal">True for final.</param>
/// <param name="ClosedAt">Since when all its reports were read after it was over; null while open.</param>
/// <param name="FinalAt">When it became final; null before.</param>
public sealed record DayFinality(string AdAccountId, DateOnly Date, string Finality, bool IsFinal, DateTimeOffset? ClosedAt, DateTimeOffset? FinalAt);
