using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>Relative links of a Markdown text, resolved against the folder it stands in.</summary>
internal static class MarkdownLinks
{
    /// <summary>Links to files that do not exist, as <c>file: link</c>.</summary>
    public static IEnumerable<string> Broken(string file, string markdown, Predicate<string> exists) =>
        from target in Targets(markdown)
        where !Pattern.Of("^([a-z][a-z0-9+.-]*:|//|#)").IsMatch(target)
        let path = Uri.UnescapeDataString(target.Split('#', '?')[0])
        where !exists(Resolve(file, path))
        select $"{file}: {target}";

    private static IEnumerable<string> Targets(string markdown)
    {
        // Code shows links, it has none.
        var text = Pattern.Of(@"^(?<fence>```+|~~~+)[\s\S]*?^\k<fence>|`[^`\n]+`", System.Text.RegularExpressions.RegexOptions.Multiline).Replace(markdown, "");
        var inline = Pattern.Of(@"\]\(\s*<?(?<target>[^)\s>]+)").Matches(text);
        var defined = Pattern.Of(@"^\s{0,3}\[[^\]]+\]:\s*<?(?<target>[^\s>]+)", System.Text.RegularExpressions.RegexOptions.Multiline).Matches(text);
        return inline.Concat(defined).Select(match => match.Groups["target"].Value);
    }

    private static string Resolve(string file, string target)
    {
        var parts = new List<string>(target.StartsWith('/') ? [] : file.Split('/')[..^1]);
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                    return "../" + target;
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
