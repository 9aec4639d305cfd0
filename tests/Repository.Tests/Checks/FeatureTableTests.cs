using System.Text;
using MetaGrains.Repository.Tests.Text;

namespace MetaGrains.Repository.Tests.Checks;

/// <summary>The checker finds what is wrong, and nothing else.</summary>
public sealed class FeatureTableTests
{
    private const string GoodPath = "src/Core/Good.cs";
    private const string GoodTest = "GoodTests.It_works";

    [Fact]
    public void A_sound_table_has_no_problem() => Assert.Empty(Check());

    [Fact]
    public void A_built_and_proven_row_has_no_problem() =>
        Assert.Empty(Check(row2: $"| 2 | 000:2 | two | `{GoodPath}` | `{GoodTest}`, `tests/Good.cs` |"));

    [Fact]
    public void A_built_row_may_wait_for_its_test() => Assert.Empty(Check(row2: $"| 2 | 000:2 | two | `{GoodPath}` | open |"));

    [Fact]
    public void An_open_row_may_quote_names_of_the_design() =>
        Assert.Empty(Check(row2: "| 2 | 000:2 | two | open: `AdAccountGrain`, job `incremental` | open |"));

    [Theory]
    [InlineData("| 2 | 000:2 | two | `src/Core/Missing.cs` | open |", "src/Core/Missing.cs does not exist")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs` | `GoodTests.It_is_gone` |", "GoodTests.It_is_gone does not exist")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs` | `tests/Missing.cs` |", "tests/Missing.cs does not exist")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs` |  |", "does not say open")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs` | soon |", "does not say open")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs` | open, `GoodTests.It_works` |", "its tests are open and yet")]
    [InlineData("| 2 | 000:2 | two | open: `src/Core/Good.cs` | open |", "it is open and yet names src/Core/Good.cs")]
    [InlineData("| 2 | 000:2 | two | `src/Core/Good.cs`, rest open | open |", "it is open and yet names src/Core/Good.cs")]
    [InlineData("| 2 | 000:2 | two | open: a grain | `GoodTests.It_works` |", "it is open and yet names a test")]
    [InlineData("| 2 | 000:2 | two | somewhere | open |", "neither a path")]
    [InlineData("| 2 | 000:2 |  | open: a grain | open |", "no feature is named")]
    [InlineData("| 3 | 000:2 | two | open: a grain | open |", "numbered 3")]
    [InlineData("| 2 | 000:59 | two | open: a grain | open |", "no line 59 in document 000")]
    [InlineData("| 2 | 005:1 | two | open: a grain | open |", "no line 1 in document 005")]
    [InlineData("| 2 | 0:2 | two | open: a grain | open |", "cannot be read")]
    [InlineData("| two | 000:2 | two | open: a grain | open |", "cannot be read")]
    [InlineData("| 2 | 000:2 | two | open: a grain |", "cannot be read")]
    [InlineData("| 2 | 001:1 | two | open: a grain | open |", "Row 3 stands before the row above it")]
    [InlineData("", "60 rows")]
    public void A_wrong_row_is_found(string row2, string problem) =>
        Assert.Contains(Check(row2), found => found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void A_text_without_the_table_is_found() =>
        Assert.Equal(["The table has 0 rows; the five documents have 61 features."], FeatureTable.Check("# Features\n", _ => true, _ => true));

    [Theory]
    [InlineData("OneTests.A_fact", true)]
    [InlineData("OneTests.A_theory_with_arrays", true)]
    [InlineData("OneTests.A_property", true)]
    [InlineData("OneTests.Its_own_step", false)]
    [InlineData("OneTests.In_a_comment", false)]
    [InlineData("OneTests.In_a_string", false)]
    [InlineData("TwoTests.A_fact", false)]
    [InlineData("A_fact", false)]
    [InlineData("OneTests.A_fact.More", false)]
    public void A_test_is_known_by_class_method_and_attribute(string name, bool exists)
    {
        const string source = """
            public sealed class OneTests
            {
                [Fact]
                public void A_fact() { }

                [Theory]
                [InlineData(new[] { 1, 2 }, "]")]
                public async Task A_theory_with_arrays(int[] x, string y) { }

                [Property(MaxTest = 5)]
                public bool A_property(int x) => true;

                public void Its_own_step() { }

                // [Fact] public void In_a_comment() { }
                private const string Text = "[Fact] public void In_a_string() { }";
            }
            """;

        Assert.Equal(exists, TestNames.Exists(name, [CSharpCode.Of(source)]));
    }

    private static IReadOnlyList<string> Check(string row2 = "| 2 | 000:2 | two | open: a grain | open |")
    {
        var table = new StringBuilder("# Features\n\n| # | seed | feature | where it is built | tests |\n|---:|---|---|---|---|\n");
        table.Append("| 1 | 000:1 | one | open: a grain | open |\n");
        table.Append(row2).Append(row2.Length == 0 ? "" : "\n");
        for (var number = 3; number <= FeatureTable.Rows; number++)
            table.Append($"| {number} | 000:3 | feature {number} | open: a grain | open |\n");
        return FeatureTable.Check(table.ToString(), path => path is GoodPath, test => test is GoodTest or "tests/Good.cs");
    }
}
