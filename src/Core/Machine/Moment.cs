using System.Globalization;

namespace MetaGrains.Core.Machine;

/// <summary>Moments as people read them.</summary>
internal static class Moment
{
    /// <summary><c>2026-11-22T06:30:00Z</c>.</summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
