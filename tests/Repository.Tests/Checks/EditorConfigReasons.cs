using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>A rule that is off has its reason above it; rules that follow each other share one.</summary>
internal static class EditorConfigReasons
{
    public static IEnumerable<string> Missing(string editorConfig)
    {
        var lines = editorConfig.Split('\n').Select(line => line.Trim()).ToArray();
        for (var at = 0; at < lines.Length; at++)
        {
            if (Rule(lines[at]) is not { } first || (at > 0 && Rule(lines[at - 1]) is not null))
                continue;
            var group = lines.Skip(at).Select(Rule).TakeWhile(rule => rule is not null).ToArray();
            var reason = at > 0 ? lines[at - 1] : "";
            if (!Pattern.Of(@"^#.+:\s+\S+\s+\S+").IsMatch(reason) || !group.Any(rule => reason.Contains(rule!, StringComparison.Ordinal)))
                yield return $".editorconfig:{at + 1}: {first} is off without a reason in the line above.";
        }
    }

    private static string? Rule(string line)
    {
        var match = Pattern.Of(@"^dotnet_diagnostic\.(?<rule>\w+)\.severity\s*=\s*none\b").Match(line);
        return match.Success ? match.Groups["rule"].Value : null;
    }
}
