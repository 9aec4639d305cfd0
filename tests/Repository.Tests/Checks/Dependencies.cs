using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>Which part may know which (design section 2). A part not built yet simply has its row.</summary>
internal static class Dependencies
{
    private static readonly string[] Nothing = [];

    /// <summary>Part → the parts it may reference and name. What it reaches through another it may name, too.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Core"] = Nothing,
        ["Engine"] = ["Core"],
        ["Tls"] = Nothing,
        ["GraphSimulator"] = Nothing,
        ["Graph"] = ["Core"],
        ["Warehouse"] = ["Core"],
        ["Grains.Interfaces"] = ["Core"],
        ["Grains"] = ["Core", "Grains.Interfaces", "Graph", "Warehouse"],
        ["Silo"] = ["Core", "Grains.Interfaces", "Grains", "Graph", "Warehouse", "GraphSimulator", "Tls"],
        ["Api"] = ["Core", "Grains.Interfaces", "Warehouse", "Tls"],
        ["Cli"] = ["Core", "Graph", "Warehouse", "GraphSimulator"],
    };

    /// <summary>Checks one project's references, given by part.</summary>
    public static IEnumerable<string> CheckReferences(string part, IEnumerable<string> referenced)
    {
        if (!Allowed.TryGetValue(part, out var allowed))
            return [$"{part} has no row in the table of dependencies: decide what it may know."];
        return referenced.Where(other => !allowed.Contains(other)).Select(other => $"{part} references {other}; {May(part, allowed)}.");
    }

    /// <summary>Checks what one source names: usings, qualified names and its own namespace.</summary>
    public static IEnumerable<string> CheckNames(string part, string path, string source)
    {
        if (!Allowed.TryGetValue(part, out var allowed))
            yield break;
        var code = CSharpCode.Of(source);
        foreach (System.Text.RegularExpressions.Match match in Text.Pattern.Of(@"(?<![\w.])(?<space>namespace\s+)?(global::)?MetaGrains\.(?<rest>\w+(\.\w+)*)").Matches(code))
        {
            var named = PartOf(match.Groups["rest"].Value);
            var declares = match.Groups["space"].Success;
            if (named != part && (declares || !allowed.Contains(named)))
                yield return $"{path}:{CSharpCode.LineOf(code, match.Index)}: {match.Value}: {(declares ? "a namespace starts with its part" : May(part, allowed))}";
        }
    }

    private static string May(string part, string[] allowed) =>
        allowed.Length == 0 ? $"{part} may know no other part" : $"{part} may know {string.Join(", ", allowed)}";

    // The longest part that the name starts with: Grains.Interfaces.X is of Grains.Interfaces, not of Grains.
    private static string PartOf(string name) =>
        Allowed.Keys.Where(part => name == part || name.StartsWith(part + ".", StringComparison.Ordinal)).MaxBy(part => part.Length)
            ?? name.Split('.')[0];
}
