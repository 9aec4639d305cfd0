namespace MetaGrains.GraphSimulator;

/// <summary>What an account really delivered: exact sums over the world, independent of any answer.</summary>
/// <param name="Rows">Ad-days with delivery: the rows of a daily report at ad level.</param>
/// <param name="Days">Days with at least one of them.</param>
/// <param name="Spend">Spend in major units of the account's currency.</param>
/// <param name="Impressions">Impressions.</param>
/// <param name="Clicks">Clicks (all).</param>
public readonly record struct AccountTruth(long Rows, int Days, decimal Spend, long Impressions, long Clicks);
