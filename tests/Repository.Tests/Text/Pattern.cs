using System.Text.RegularExpressions;

namespace MetaGrains.Repository.Tests.Text;

/// <summary>Regular expressions with one set of options: named groups only, a time limit.</summary>
internal static class Pattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Regex Of(string pattern, RegexOptions options = RegexOptions.None) =>
        new(pattern, options | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limit);
}
