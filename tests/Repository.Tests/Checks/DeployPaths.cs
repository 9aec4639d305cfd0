using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>The paths of this repository that a Dockerfile, a compose file or a workflow names.</summary>
internal static class DeployPaths
{
    /// <summary>Sources of every COPY and ADD from the build context, and what <c>dotnet</c> is told to build.</summary>
    public static IEnumerable<string> OfDockerfile(string dockerfile)
    {
        // A backslash at the end of a line continues it.
        var lines = Pattern.Of(@"\\[ \t]*\r?\n").Replace(dockerfile, " ").Split('\n').Select(line => line.Trim());
        foreach (var line in lines.Where(line => !line.StartsWith('#')))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is ["COPY" or "ADD", ..] && !words.Any(word => word.StartsWith("--from=", StringComparison.Ordinal)))
            {
                foreach (var source in words[1..^1].Where(word => !word.StartsWith("--", StringComparison.Ordinal)))
                    yield return source;
            }

            foreach (System.Text.RegularExpressions.Match match in Pattern.Of(@"\bdotnet (publish|build|restore|run --project) (?<path>[\w./-]+)").Matches(line))
                yield return match.Groups["path"].Value;
        }
    }

    /// <summary>Build contexts, Dockerfiles, env files and mounts of a compose file, as (key, path).</summary>
    public static IEnumerable<(string Key, string Path)> OfCompose(string compose)
    {
        foreach (System.Text.RegularExpressions.Match match in Pattern.Of(
            @"^[ \t]*(- )?(?<key>context|dockerfile|env_file|path|file):[ \t]+(?<path>[^\s#{\[]+)", System.Text.RegularExpressions.RegexOptions.Multiline).Matches(compose))
        {
            yield return (match.Groups["key"].Value, match.Groups["path"].Value.Trim('"', '\''));
        }

        foreach (System.Text.RegularExpressions.Match match in Pattern.Of(
            @"^[ \t]*- [""']?(?<path>\.{1,2}/[^:\s""']*):", System.Text.RegularExpressions.RegexOptions.Multiline).Matches(compose))
        {
            yield return ("volume", match.Groups["path"].Value);
        }
    }
}
