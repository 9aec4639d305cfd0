using System.Text.RegularExpressions;
using MetaGrains.Testing;

namespace MetaGrains.Warehouse.Tests.Statements;

/// <summary>The documents that describe what the users' own systems do: a folder beside the recorded data.</summary>
internal static partial class SeedDocuments
{
    public static string? Folder { get; } = new[] { RepositoryRoot.RecordedData }
        .Where(data => data is not null)
        .Select(data => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(data!).TrimEnd('/'))!, "seeds"))
        .FirstOrDefault(Directory.Exists);

    /// <summary>Every SQL statement in them, white space folded: fenced blocks marked sql, and queries in back-ticks.</summary>
    public static IReadOnlyList<string> Sql() =>
    [
        .. from file in Directory.GetFiles(Folder!).Order(StringComparer.Ordinal)
           let text = File.ReadAllText(file)
           from code in Fenced().Matches(text).Select(match => match.Groups["code"].Value).Concat(Inline().Matches(text).Select(match => match.Groups["code"].Value))
           from statement in Comment().Replace(code, "").Split(';')
           where !string.IsNullOrWhiteSpace(statement)
           select Space().Replace(statement, " ").Trim(),
    ];

    [GeneratedRegex("```sql\\s+(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex("(?<!`)`(?<code>(select|update|insert|delete)\\s[^`]+)`(?!`)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Inline();

    [GeneratedRegex("--[^\\n]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex("\\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Space();
}

/// <summary>A test of the documents, reported as skipped where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedDocumentsFactAttribute : FactAttribute
{
    public SeedDocumentsFactAttribute()
    {
        if (SeedDocuments.Folder is null)
            Skip = $"No folder \"seeds\" beside the recorded data; set {RepositoryRoot.DataVariable} to the folder of SOURCES.md.";
    }
}
