using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>The gate of versions: current, deprecated and upgraded with a warning, dead, never heard of.</summary>
internal sealed class GraphVersions(SimulatedVersions versions)
{
    /// <summary>Takes the version off a path.</summary>
    /// <exception cref="GraphException">There is none, it does not exist, or it is dead for the Marketing API.</exception>
    public void Take(GraphRequest request, IHeaderDictionary headers)
    {
        headers["facebook-api-version"] = versions.NewestName;
        if (request.Segments.Length == 0)
            throw GraphErrors.UnknownPath("/");
        if (TryNumber(request.Segments[0], out var number))
        {
            Check(number, request.Path);
            request.TakeVersion(SimulatedVersions.Name(number));
            headers["facebook-api-version"] = request.Version;
            Warn(number, headers);
        }
        else if (!IsCore(request.Segments))
        {
            // Without a version core Graph uses the app's own; marketing calls fail.
            throw GraphErrors.DeprecatedVersion(versions.NewestName);
        }
    }

    public static bool IsVersion(string segment) => TryNumber(segment, out _);

    private static bool IsCore(string[] path) =>
        path is ["oauth", "access_token"] or ["debug_token"] or ["dialog", "oauth"] or ["me", "permissions"];

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length > 3 && text[0] == 'v' && text.EndsWith(".0", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(1, text.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private void Check(int number, string path)
    {
        if (number < 1 || number > versions.Newest)
            throw GraphErrors.UnknownPath(path);
        if (number < versions.OldestUpgraded)
            throw GraphErrors.DeprecatedVersion(versions.NewestName);
    }

    private void Warn(int number, IHeaderDictionary headers)
    {
        if (number >= versions.OldestCurrent)
            return;
        var (called, used) = (SimulatedVersions.Name(number), SimulatedVersions.Name(versions.OldestCurrent));
        headers["X-Ad-Api-Version-Warning"] = $"The call has been auto-upgraded to {used} as {called} has been deprecated.";
    }
}
