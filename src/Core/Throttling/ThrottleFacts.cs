namespace MetaGrains.Core.Throttling;

/// <summary>What Meta said when it refused a call because of a limit.</summary>
/// <param name="Code">Meta's error code.</param>
/// <param name="Subcode">Meta's error subcode.</param>
/// <param name="StatedWait">The wait in the headers (minutes in the business header, seconds in the account header), or null.</param>
/// <param name="Access">The app's access tier.</param>
public sealed record ThrottleFacts(int? Code, int? Subcode, TimeSpan? StatedWait, AccessTier Access);
