using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>Finds a test by name in the sources: a class, and in its file a method of that name that a runner would run.</summary>
internal static class TestNames
{
    /// <summary>True if one of the sources (code only) holds the test <c>Class.Method</c>.</summary>
    public static bool Exists(string name, IEnumerable<string> codeOfTests)
    {
        var parts = name.Split('.');
        if (parts.Length != 2 || parts.Any(part => !Pattern.Of(@"^\w+$").IsMatch(part)))
            return false;
        var type = Pattern.Of($@"\bclass\s+{parts[0]}\b");
        var method = Pattern.Of($@"^[ \t]*public\s+(async\s+)?[\w<>.]+\s+{parts[1]}\s*\(", System.Text.RegularExpressions.RegexOptions.Multiline);
        return codeOfTests.Any(code => type.IsMatch(code) && method.Matches(code).Any(match => IsTest(code, match.Index)));
    }

    // Walks back over the attributes above the method, each balanced, whatever stands inside them.
    private static bool IsTest(string code, int methodStart)
    {
        var end = SkipBlanksBack(code, methodStart);
        while (end > 0 && code[end - 1] == ']')
        {
            var start = end - 1;
            for (var depth = 1; depth > 0 && start > 0;)
            {
                start--;
                depth += code[start] == ']' ? 1 : code[start] == '[' ? -1 : 0;
            }

            if (Pattern.Of(@"^\[\s*(\w*Fact|\w*Theory|Property)\b").IsMatch(code[start..end]))
                return true;
            end = SkipBlanksBack(code, start);
        }

        return false;
    }

    private static int SkipBlanksBack(string code, int end)
    {
        while (end > 0 && char.IsWhiteSpace(code[end - 1]))
            end--;
        return end;
    }
}
