namespace MetaGrains.Core.Machine;

/// <summary>A report that Meta refused for good; the account's other reports are read without it.</summary>
/// <param name="Report">Its name.</param>
/// <param name="Until">When it is tried again; a changed setting tries it at once.</param>
/// <param name="Reason">What Meta said.</param>
/// <param name="IsBreakdown">Meta does not give its breakdowns to this account.</param>
public sealed record ReportRefusal(string Report, DateTimeOffset Until, string Reason, bool IsBreakdown = false);
