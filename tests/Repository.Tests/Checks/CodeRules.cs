using System.Text.RegularExpressions;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>Something that code must not say, and where.</summary>
internal sealed record CodeRule(string Why, Regex Pattern, Predicate<string> AppliesTo);

/// <summary>The rules that no compiler keeps. Pure: a path and a source go in, findings come out.</summary>
internal static class CodeRules
{
    /// <summary>Time and chance are inputs (design section 9).</summary>
    public static readonly IReadOnlyList<CodeRule> Clocks =
    [
        new("take a TimeProvider", Text.Pattern.Of(@"\bDateTime(Offset)?\s*\.\s*(Utc)?Now\b|\bDateTime\s*\.\s*Today\b"), Anywhere),
        new("use TimeProvider.GetTimestamp and GetElapsedTime", Text.Pattern.Of(@"\bStopwatch\b|\bEnvironment\s*\.\s*TickCount(64)?\b"), Anywhere),
        new("wait for the effect, with a deadline", Text.Pattern.Of(@"\bThread\s*\.\s*Sleep\b"), Anywhere),
        new("take a seed or a Random", Text.Pattern.Of(@"\bnew\s+(System\s*\.\s*)?Random\s*\(\s*\)|\bRandom\??\s+\w+\s*=\s*new\s*\(\s*\)"), Anywhere),
        new("chance is an input of Core", Text.Pattern.Of(@"\bGuid\s*\.\s*NewGuid\b|\bRandom\s*\.\s*Shared\b"), InCore),
        new("a skipped test proves nothing: mend it or delete it", Text.Pattern.Of(@"[(,]\s*Skip\s*=\s*[$@]*"""), InTests),
    ];

    /// <summary>Core decides and does nothing else.</summary>
    public static readonly IReadOnlyList<CodeRule> Purity =
    [
        new("Core reads and writes no file", Text.Pattern.Of(
            @"(?<![\w.])(System\s*\.\s*IO\s*\.\s*)?(File|Directory)\s*\.\s*\w|\b(FileStream|FileInfo|DirectoryInfo|DriveInfo|StreamReader|StreamWriter|FileSystemWatcher|RandomAccess)\b"), InCore),
        new("Core knows no network", Text.Pattern.Of(@"\bSystem\s*\.\s*Net\b|\b(HttpClient|HttpRequestMessage|HttpResponseMessage|TcpClient|TcpListener|Socket|Dns)\b"), InCore),
        new("Core prints nothing", Text.Pattern.Of(@"(?<![\w.])(System\s*\.\s*)?Console\s*\."), InCore),
        new("Core sees no process and no environment", Text.Pattern.Of(@"(?<![\w.])(System\s*\.\s*)?Environment\s*\.|\bSystem\s*\.\s*Diagnostics\s*\.\s*Process\b"), InCore),
    ];

    /// <summary>Words of house style.</summary>
    public static readonly IReadOnlyList<CodeRule> Names =
    [
        new("name the thing by what it does, not Manager, Helper or Util", Text.Pattern.Of(
            @"\b(class|struct|interface|enum|record)\s+(class\s+|struct\s+)?\w*(Manager|Helper|Util)(s|ities|ity)?\b"), Anywhere),
        new("finish it or leave it out", Text.Pattern.Of(@"\bNotImplementedException\b"), Anywhere),
    ];

    private static readonly Regex Delay = Text.Pattern.Of(@"\bTask\s*\.\s*Delay\s*\(");

    private static readonly Regex EngineCondition = Text.Pattern.Of(@"^[ \t]*#[ \t]*(el)?if\b.*(ORLEANS|PORTABLE|ENGINE).*$", RegexOptions.Multiline | RegexOptions.IgnoreCase);

    /// <summary>Applies rules to one source; a finding is <c>path:line: words: why</c>.</summary>
    public static IEnumerable<string> Apply(IEnumerable<CodeRule> rules, string path, string source)
    {
        var code = CSharpCode.Of(source);
        return from rule in rules
               where rule.AppliesTo(path)
               from Match match in rule.Pattern.Matches(code)
               select Finding(path, code, match.Index, match.Value, rule.Why);
    }

    /// <summary>Finds delays by the system's clock: <c>Task.Delay</c> without a <see cref="TimeProvider"/>.</summary>
    public static IEnumerable<string> Delays(string path, string source)
    {
        var code = CSharpCode.Of(source);
        return from Match match in Delay.Matches(code)
               where !HasTimeProvider(Arguments(code, match.Index + match.Length))
               select Finding(path, code, match.Index, "Task.Delay", "pass a TimeProvider");
    }

    /// <summary>Finds <c>#if</c> on the grain engine; src/Engine alone may have one.</summary>
    public static IEnumerable<string> EngineConditions(string path, string source)
    {
        var code = CSharpCode.Of(source);
        return from Match match in EngineCondition.Matches(code)
               where !Repo.IsUnder(path, "src/Engine")
               select Finding(path, code, match.Index, match.Value.Trim(), "no source knows its engine");
    }

    /// <summary>Finds marks of unfinished work, in comments, too.</summary>
    public static IEnumerable<string> Marks(string path, string source) =>
        from Match match in Text.Pattern.Of(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b").Matches(source)
        select Finding(path, source, match.Index, match.Value, "finish it or leave it out");

    private static string Finding(string path, string text, int offset, string words, string why) =>
        $"{path}:{CSharpCode.LineOf(text, offset)}: {words.ReplaceLineEndings(" ")}: {why}";

    private static List<string> Arguments(string code, int start)
    {
        var arguments = new List<string>();
        var from = start;
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            if (code[at] is '(' or '[' or '{')
                depth++;
            else if (code[at] is ')' or ']' or '}' && depth-- == 0)
                return [.. arguments, code[from..at].Trim()];
            else if (code[at] == ',' && depth == 0)
            {
                arguments.Add(code[from..at].Trim());
                from = at + 1;
            }
        }

        return arguments;
    }

    // The overloads: (delay), (delay, token), (delay, provider), (delay, provider, token).
    private static bool HasTimeProvider(List<string> arguments) => arguments.Count switch
    {
        3 => true,
        2 => Text.Pattern.Of("token|cancel|stopping", RegexOptions.IgnoreCase).IsMatch(arguments[1]) is false
            && Text.Pattern.Of("time|clock", RegexOptions.IgnoreCase).IsMatch(arguments[1]),
        _ => false,
    };

    private static bool Anywhere(string path) => true;

    private static bool InCore(string path) => Repo.IsUnder(path, "src/Core");

    private static bool InTests(string path) => Repo.IsUnder(path, "tests");
}
