using System.Globalization;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>One row of docs/features.md.</summary>
internal sealed record FeatureRow(int Number, int Seed, int Line, string Feature, string Where, string Tests);

/// <summary>The traceability table, and what makes a row of it wrong. Pure: it sees text and two questions.</summary>
internal static class FeatureTable
{
    public const int Rows = 61;

    private const string Open = "open";

    private static readonly string[] Header = ["#", "seed", "feature", "where it is built", "tests"];

    // Lines of the five documents, 000 to 004: a reference past the end is a slip of the pen.
    private static readonly int[] SeedLines = [58, 63, 144, 77, 403];

    private static readonly string[] Folders = ["src/", "tests/", "bench/", "deploy/", "docs/", "eng/", ".github/", ".ci/"];

    /// <summary>Reads the table; what cannot be read is added to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<FeatureRow> Parse(string markdown, List<string> problems)
    {
        var rows = new List<FeatureRow>();
        var inside = false;
        foreach (var line in markdown.Split('\n').Select(line => line.Trim()))
        {
            if (!line.StartsWith('|'))
            {
                inside = false;
                continue;
            }

            var cells = line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray();
            if (cells.SequenceEqual(Header, StringComparer.OrdinalIgnoreCase))
                inside = true;
            else if (inside && cells.All(cell => cell.Trim('-', ':').Length == 0))
                continue;
            else if (inside && TryRow(cells, out var row))
                rows.Add(row);
            else if (inside)
                problems.Add($"This row cannot be read: {line}");
        }

        return rows;
    }

    /// <summary>Everything that is wrong with the table, one sentence each; empty when it is sound.</summary>
    public static IReadOnlyList<string> Check(string markdown, Predicate<string> pathExists, Predicate<string> testExists)
    {
        var problems = new List<string>();
        var rows = Parse(markdown, problems);
        if (rows.Count != Rows)
            problems.Add($"The table has {rows.Count} rows; the five documents have {Rows} features.");
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Number != i + 1)
                problems.Add($"Row {i + 1} is numbered {rows[i].Number}.");
            if (i > 0 && (rows[i].Seed, rows[i].Line).CompareTo((rows[i - 1].Seed, rows[i - 1].Line)) < 0)
                problems.Add($"Row {rows[i].Number} stands before the row above it in the documents.");
            problems.AddRange(CheckRow(rows[i], pathExists, testExists).Select(problem => $"Row {rows[i].Number}: {problem}"));
        }

        return problems;
    }

    private static IEnumerable<string> CheckRow(FeatureRow row, Predicate<string> pathExists, Predicate<string> testExists)
    {
        if (row.Seed >= SeedLines.Length || row.Line < 1 || row.Line > SeedLines[row.Seed])
            yield return $"no line {row.Line} in document {row.Seed:D3}.";
        if (row.Feature.Length == 0)
            yield return "no feature is named.";

        var whereOpen = SaysOpen(row.Where);
        var paths = Quoted(row.Where).Where(word => !whereOpen || Folders.Any(folder => word.StartsWith(folder, StringComparison.Ordinal))).ToArray();
        if (whereOpen && paths.Length > 0)
            yield return $"it is open and yet names {paths[0]} as built.";
        if (!whereOpen && paths.Length == 0)
            yield return "it names neither a path where it is built nor 'open: <part of the design>'.";
        foreach (var path in paths.Where(path => !whereOpen && !pathExists(path)))
            yield return $"{path} does not exist.";

        var testsOpen = SaysOpen(row.Tests);
        var tests = Quoted(row.Tests).Where(word => word != Open).ToArray();
        if (testsOpen && tests.Length > 0)
            yield return $"its tests are open and yet it names {tests[0]}.";
        if (!testsOpen && tests.Length == 0)
            yield return "it names no test and does not say open.";
        if (whereOpen && tests.Length > 0)
            yield return "it is open and yet names a test: say where it is built.";
        foreach (var test in tests.Where(test => !testsOpen && !testExists(test)))
            yield return $"the test {test} does not exist.";
    }

    private static bool SaysOpen(string cell) => Pattern.Of(@"(?<![\w`/.])`?open`?(?![\w/.])").IsMatch(cell);

    private static IEnumerable<string> Quoted(string cell) =>
        Pattern.Of("`(?<word>[^`]+)`").Matches(cell).Select(match => match.Groups["word"].Value).Where(word => word != Open);

    private static bool TryRow(string[] cells, out FeatureRow row)
    {
        row = new FeatureRow(0, 0, 0, "", "", "");
        if (cells.Length != Header.Length || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        var seed = Pattern.Of(@"^(?<seed>\d{3}):(?<line>\d+)$").Match(cells[1]);
        if (!seed.Success)
            return false;
        row = new FeatureRow(
            number,
            int.Parse(seed.Groups["seed"].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(seed.Groups["line"].ValueSpan, CultureInfo.InvariantCulture),
            cells[2],
            cells[3],
            cells[4]);
        return true;
    }
}
