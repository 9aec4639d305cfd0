using MetaGrains.Repository.Tests.Checks;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests;

/// <summary>What no compiler checks in our own sources.</summary>
public sealed class SourceTests
{
    private const int MaxLines = 400;

    [Fact]
    public void Time_and_chance_are_inputs_and_no_test_is_skipped() =>
        Nothing(Scan(["src", "tests", "bench"], (path, source) => CodeRules.Apply(CodeRules.Clocks, path, source)));

    [Fact]
    public void Every_delay_takes_a_time_provider() => Nothing(Scan(["src", "tests", "bench"], CodeRules.Delays));

    [Fact]
    public void Core_is_pure() => Nothing(Scan(["src/Core"], (path, source) => CodeRules.Apply(CodeRules.Purity, path, source)));

    [Fact]
    public void No_source_has_a_condition_on_the_engine() => Nothing(Scan(["src", "tests", "bench"], CodeRules.EngineConditions));

    [Fact]
    public void Types_are_named_by_what_they_do() =>
        Nothing(Scan(["src"], (path, source) => CodeRules.Apply(CodeRules.Names, path, source)));

    [Fact]
    public void Nothing_is_marked_as_unfinished() => Nothing(Scan(["src", "tests", "bench"], CodeRules.Marks));

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        Nothing(Scan(["src"], (path, source) =>
            source.AsSpan().Count('\n') is var lines and > MaxLines ? [$"{path} has {lines} lines: split it"] : []));

    // A literal read wrongly would hide what stands behind it from every rule above.
    [Fact]
    public void Every_source_is_read_in_balance() =>
        Nothing(Scan(["src", "tests", "bench"], (path, source) =>
            CSharpCode.Of(source).AsSpan() is var code && code.Count('{') == code.Count('}') && code.Count('(') == code.Count(')')
                ? []
                : [$"{path}: brackets of its code do not pair"]));

    private static IEnumerable<string> Scan(string[] folders, Func<string, string, IEnumerable<string>> check)
    {
        var files = Repo.Sources(folders).ToArray();
        Assert.NotEmpty(files);
        return files.SelectMany(file => check(file, Repo.Read(file)));
    }

    private static void Nothing(IEnumerable<string> findings)
    {
        var all = findings.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
